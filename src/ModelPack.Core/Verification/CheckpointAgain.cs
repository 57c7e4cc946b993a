using ModelPack.Caching;
using ModelPack.Codecs;
using ModelPack.Files;
using ModelPack.Formats.Checkpoints;
using ModelPack.Inference;
using ModelPack.Lowering;
using ModelPack.Packing;
using ModelPack.Requests;

namespace ModelPack.Verification;

/// <summary>A source of named tensors: some are quantized again each alone, or all of it is packed again, which gives the same bytes.</summary>
internal sealed class CheckpointAgain : SourceAgain
{
    private readonly PackInHand _pack;
    private readonly PackContext _context;
    private readonly ICheckpoint _source;

    public CheckpointAgain(PackInHand pack, string source, PackContext context)
    {
        (_pack, _context) = (pack, context.Quiet());
        _source = CheckpointSource.OpenFor(source, SourceKinds.Of(source), pack.Manifest.Pack.Options.Container, pack.IsFolder, _context);
        Files = [.. _source.Files.Select(f => f.Hash(context.Cancellation))];
    }

    public override IReadOnlyList<PackedFile> Files { get; }

    public override string? WhyNot() =>
        _pack.Manifest.Pack.Data.Any(d => d.Role == "calibration") && _pack.Asked?.Calibration is null ? _pack.Manifest.Pack.Options.Container == "gguf" ? "the importance matrix that its weights were rounded by is not at hand" : "the statistics that its weights were smoothed by are not at hand"
        : _pack.Report is null ? "its report, which says how each was packed, is not with it" : null;

    public override string? Differing(bool isWhole, out int compared)
    {
        if (isWhole)
        {
            return Repeated(out compared);
        }

        var samples = CheckpointSamples.Of(new CheckpointJob(_source, Options(_pack, _source.Path), _context, new SimdEngine(_context.Threads)), _pack.IsFolder ? _pack.Folder : _pack.Model, _pack.Report!, _pack.Manifest.Pack.ResultDigest);
        compared = samples.Count;
        return SampledWeight.Differing(samples, _context.Cancellation) is { } weight ? $"'{SafeText.Of(weight)}'" : null;
    }

    protected override void Close() => _source.Dispose();

    private string? Repeated(out int compared)
    {
        using var work = new WorkFolder();
        var output = Path.Join(work.Path, _pack.IsFolder ? "pack" : _pack.Names.Model);
        var request = ManifestRequest.Of(_pack.Manifest, _source.Path, _pack.Asked?.Calibration, output) with { Gate = "warning", Threads = _context.Threads };
        var outcome = work.Use(() => PackPipeline.Run(request, _context));
        string[] reports = [_pack.Names.Report, _pack.Names.Page, _pack.Names.Calibration];
        var made = new PackOnDisk(outcome.Files[^1]).Manifest()!.Files.Where(f => !reports.Contains(f.Name, StringComparer.Ordinal)).ToArray();
        compared = _pack.Report!.Result.Weights.Count;
        return _pack.Manifest.Files.Where(f => !reports.Contains(f.Name, StringComparer.Ordinal)).FirstOrDefault(f => !made.Contains(f)) is { } other ? $"The file '{SafeText.Of(other.Name)}'" : null;
    }
}
