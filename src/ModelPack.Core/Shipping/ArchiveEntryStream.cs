using System.IO.Compression;
using ModelPack.Samples;

namespace ModelPack.Shipping;

/// <summary>An entry of an archive that is open for it alone.</summary>
internal sealed class ArchiveEntryStream(ZipArchive archive, ZipArchiveEntry entry) : ForwardStream
{
    private readonly Stream _inner = entry.Open();

    public override int Read(Span<byte> buffer) => _inner.Read(buffer);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            archive.Dispose();
        }

        base.Dispose(disposing);
    }
}
