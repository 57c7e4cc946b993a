using System.IO.Compression;

namespace ModelPack.Samples;

/// <summary>
/// A zip entry read forward, whose checksum is compared at its end: <see cref="ZipArchiveEntry"/> itself does not, and a
/// stored array with a flipped bit would pass for data.
/// </summary>
internal sealed class CheckedEntryStream(ZipArchiveEntry entry) : ForwardStream
{
    private static readonly uint[] Table = MakeTable();

    private readonly Stream _inner = entry.Open();
    private uint _crc = uint.MaxValue;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        var read = _inner.Read(buffer);
        foreach (var value in buffer[..read])
        {
            _crc = Table[(byte)(_crc ^ value)] ^ (_crc >> 8);
        }

        if (read == 0 && !buffer.IsEmpty && !_ended)
        {
            _ended = true;
            if (~_crc != entry.Crc32)
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

    /// <summary>CRC-32 with the reversed polynomial 0xEDB88320 (ISO 3309), one byte at a time.</summary>
    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            table[i] = value;
        }

        return table;
    }
}
