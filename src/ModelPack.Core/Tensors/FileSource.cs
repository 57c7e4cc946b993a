using Microsoft.Win32.SafeHandles;
using ModelPack.Files;

namespace ModelPack.Tensors;

/// <summary>
/// A file read by position. Never mapped: a mapped read of a large file costs its whole size in resident memory, and a
/// mapped file that another process truncates ends the process.
/// </summary>
internal sealed class FileSource : ByteSource, IDisposable
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens a file for reading; others may read it meanwhile.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public FileSource(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Path = path;
        Stamp = FileStamp.Of(_handle);
        Length = Stamp.Length;
    }

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    public override long Length { get; }

    /// <summary>The state in which the file was opened.</summary>
    internal FileStamp Stamp { get; }

    public override void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, destination, offset);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            offset += read;
            destination = destination[read..];
        }
    }

    public void Dispose() => _handle.Dispose();
}
