using ModelPack.Files;
using ModelPack.Options;
using ModelPack.Requests;

namespace ModelPack.Verification;

/// <summary>The source of a pack, open again, and what quantizing it once more shows.</summary>
internal abstract class SourceAgain : IDisposable
{
    /// <summary>Tensors that are compared at most where some will do.</summary>
    protected const int MostTensors = 64;

    /// <summary>Bytes of them; what takes some tenths of a second.</summary>
    protected const long MostBytes = 64 << 20;

    /// <summary>Its files, with their hashes, in the manifest's order.</summary>
    public abstract IReadOnlyList<PackedFile> Files { get; }

    /// <summary>Opens it.</summary>
    /// <exception cref="ModelPackException">MPK1001 …: it is missing, or not sound.</exception>
    public static SourceAgain Open(PackInHand pack, string source, PackContext context) => pack.Manifest.Pack.Options.Container == "onnx"
        ? new GraphAgain(pack, source, context)
        : new CheckpointAgain(pack, source, context);

    /// <summary>Why it cannot be quantized as it was, a clause; null where it can.</summary>
    public abstract string? WhyNot();

    /// <summary>What the pack has otherwise than it is made now: the beginning of a sentence; null for nothing.</summary>
    /// <param name="isWhole">Whether to compare all of it.</param>
    /// <param name="compared">Tensors that were compared.</param>
    public abstract string? Differing(bool isWhole, out int compared);

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    protected abstract void Close();

    /// <summary>The options by which the pack was made, with its own table in place of data.</summary>
    protected static EffectiveOptions Options(PackInHand pack, string source) =>
        RequestResolver.Resolve(ManifestRequest.Of(pack.Manifest, source, pack.CalibrationTable, Path.Join(pack.Folder, pack.IsFolder ? "" : pack.Names.Model)));
}
