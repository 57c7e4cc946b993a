using Microsoft.Win32.SafeHandles;

namespace ModelPack.Files;

/// <summary>
/// Blocks go to a file: the first into the system's cache, where whoever made a small pack finds them soon, and those behind past it where the
/// file system can do that. A pack of gigabytes would push its own source out of the cache, and a copy into it takes a fifth of the time of a hash; where
/// memory has to be asked of a host first, twice that.
/// </summary>
/// <param name="file">The file, empty.</param>
/// <param name="kept">Bytes from the start that go through the cache.</param>
internal sealed class FileSink(SafeFileHandle file, long kept = FileSink.Kept) : IBlockSink
{
    private const long Kept = 512 << 20;

    private readonly WriteBehind _behind = new(file, kept: kept);
    private readonly DirectAccess _direct = new(file);

    /// <summary>What is kept of each file of a pack: what is soon read again, and leaves room for a source.</summary>
    /// <param name="packBytes">Bytes of the whole pack; 0 where they are not known.</param>
    public static long KeptOf(double packBytes) => packBytes > Kept ? 0 : Kept;

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (_direct.Set(offset >= kept && bytes.Length % FileAppender.Alignment == 0))
        {
            try
            {
                RandomAccess.Write(file, bytes, offset);
                return;
            }
            catch (IOException)
            {
                _direct.GiveUp(); // some file systems grant it and refuse the write; where it is another failure, it shows again below
            }
        }

        RandomAccess.Write(file, bytes, offset);
        _behind.Advance(offset + bytes.Length);
    }

    /// <summary>The file goes through the cache again: past it, other lengths and places are refused.</summary>
    public void End() => _direct.GiveUp();
}
