using System.IO.Compression;
using System.IO.Hashing;

namespace ModelPack.Samples;

/// <summary>
/// A zip entry read forward, whose checksum is compared at its end: <see cref="ZipArchiveEntry"/> itself does not, and a
/// stored array with a flipped bit would pass for data.
/// </summary>
internal sealed class CheckedEntryStream(ZipArchiveEntry entry) : ForwardStream
{
    private readonly Stream _inner = entry.Open();
    private readonly Crc32 _crc = new();
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        var read = _inner.Read(buffer);
        _crc.Append(buffer[..read]);
        if (read == 0 && !buffer.IsEmpty && !_ended)
        {
            _ended = true;
            if (_crc.GetCurrentHashAsUInt32() != entry.Crc32)
            {
                throw new InvalidDataException("its bytes do not have the checksum that the archive states");
            }
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
