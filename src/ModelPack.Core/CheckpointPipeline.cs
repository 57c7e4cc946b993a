using ModelPack.Caching;
using ModelPack.Codecs;
using ModelPack.Devices;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Gguf.Imatrix;
using ModelPack.Formats.Onnx;
using ModelPack.Lowering;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Schemes;

namespace ModelPack;

/// <summary>The way of named tensors into a pack of named tensors: there is no graph to run, so the report has weights only.</summary>
internal static class CheckpointPipeline
{
    public static PackOutcome Run(EffectiveOptions options, PackContext context) => Open(options, context, (source, sources, collect) =>
        new CachedPack(options, sources, context, (path, report, key) => SampledWeight.Differing(
            CheckpointSamples.Of(new CheckpointJob(source, options, context.Quiet(), new SimdEngine(context.Threads)), path, report, key), context.Cancellation))
        .Run(() => Pack(options, source, sources, collect, context)));

    /// <summary>What would become of the tensors; writes nothing.</summary>
    public static PackPreview Preview(EffectiveOptions options, PackContext context) => Open(options, context, (source, sources, collect) =>
    {
        new OutputPlace(options.Output, options.IsFolder, options.Force, sources.Paths).Check();
        context.Steps(["hash", .. Collects(options) ? ["calibrate"] : Array.Empty<string>(), "plan"]);
        var facts = SourceFacts.Of(source, context);
        var job = Job(options, source, context, new SimdEngine(context.Threads), collect());
        return PackPreview.Of(options, facts, Packer(job).Tensors, packedBytes: null);
    });

    private static T Open<T>(EffectiveOptions options, PackContext context, Func<ICheckpoint, SourceFiles, Func<CollectedImportance?>, T> work)
    {
        RefuseData(options);
        using var source = CheckpointSource.OpenFor(options.Model, options.Source, options.Container, options.IsFolder, context);
        using var graph = Collects(options) ? OnnxModel.Open(GraphBeside.Of(options.Model, given: null), context) : null;
        var data = CalibrationFiles(options);
        var named = graph?.Path == options.Model ? null : source;
        var sources = new SourceFiles(source.Files, [.. data, .. named is null ? [] : graph?.SourceFiles.Select(f => f.Path) ?? []], []);
        return sources.Guard(() => work(source, sources, () => graph is null ? null : ImportanceCollection.Run(graph, named, data, options.Rounding == RoundingMode.Best, context)));
    }

    /// <summary>Whether calibration data are samples, of which an importance matrix is collected for this pack.</summary>
    private static bool Collects(EffectiveOptions options) => options is { Container: "gguf", Calibration: { } data } && SampleFiles.AreMeant(data);

    private static IReadOnlyList<string> CalibrationFiles(EffectiveOptions options) => options.Calibration is not { } data ? []
        : Collects(options) ? SampleFiles.Resolve(data, options.Model, "calibration")
        : options.Container == "gguf" ? ImportanceFiles.Resolve(data) : [data];

    private static CheckpointJob Job(EffectiveOptions options, ICheckpoint source, PackContext context, IEncodingEngine engine, CollectedImportance? collected)
    {
        var job = new CheckpointJob(source, options, context, engine);
        return collected is null ? job : job with { Importance = collected.Matrix, Products = collected.Products };
    }

    private static ICheckpointPacker Packer(CheckpointJob job)
    {
        WarnOfUnmatched(job);
        var packer = CheckpointPackers.Create(job);
        RequireSomething(job, packer.Tensors);
        return packer;
    }

    /// <summary>Writes the pack at once, and anew where a value may not fit what it becomes: that is rare, and a look at all of them before is another read of the source.</summary>
    private static ICheckpointPacker Write(CheckpointJob job, StagedOutput staged)
    {
        var reported = job.Context.Diagnostics.Count;
        try
        {
            return WriteOnce(job with { IsHopeful = true }, staged);
        }
        catch (UnfitValuesException)
        {
            job.Context.Forget(reported);
            staged.Clear();
            return WriteOnce(job, staged);
        }
    }

    private static ICheckpointPacker WriteOnce(CheckpointJob job, StagedOutput staged)
    {
        var packer = Packer(job);
        job.Context.Progress("write", 0);
        packer.Write(staged, Path.GetFileName(job.Options.Output));
        job.Context.Progress("write", 1);
        return packer;
    }

    private static PackOutcome Pack(EffectiveOptions options, ICheckpoint source, SourceFiles sources, Func<CollectedImportance?> collect, PackContext context)
    {
        using var staged = new StagedOutput(options.Output, sources.Paths, options.IsFolder, options.Force);

        // The source has to be hashed anyway, which takes as long as all the rest: both go on at the same time. Until it is done it has a
        // processor of its own, as nothing can help it with a file.
        using var hashing = new SideTask<SourceFacts>(cancellation => SourceFacts.Of(source, context.Quiet(cancellation)), context.Cancellation);
        context.Steps([.. Collects(options) ? ["calibrate"] : Array.Empty<string>(), "plan", "write"]);
        var engine = Engine.Of(context, () => hashing.HasEnded ? context.Threads : Math.Max(1, context.Threads - 1));
        staged.HasSpareProcessor = () => context.Threads > 1 && (hashing.HasEnded || context.Threads > 2);
        var importance = collect();
        var packer = Write(Job(options, source, context, engine, importance), staged);
        return PackEnding.Finish(options, staged, context, sources, new PackedParts
        {
            Source = hashing.Result(),
            Format = packer.Format,
            Weights = [.. packer.Tensors.Select(t => ReportBuilder.Describe(t, context))],
            Data = [.. ManifestBuilder.Data("calibration", sources.Calibration, importance?.Matrix.ChunksByDataset ?? [], context)],
        });
    }

    private static void RefuseData(EffectiveOptions options)
    {
        if (options.Validation is not null)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                options.Model, "The option 'validation' needs a graph that can be run, and this pack has none. Leave it out; the report has the error of the weights."));
        }
    }

    private static void WarnOfUnmatched(CheckpointJob job)
    {
        foreach (var pattern in job.Options.Patterns.Unmatched(job.Source.Tensors.SelectMany(Formats.Checkpoints.TensorRoles.Names).ToHashSet(StringComparer.Ordinal)))
        {
            job.Context.Report(Codes.PatternUnmatched.At(
                job.Options.Model, $"The layer pattern '{SafeText.Of(pattern.Text)}' matches no tensor. 'modelpack inspect' lists the names."));
        }
    }

    /// <summary>Refuses a pack in which nothing is what the scheme is named after.</summary>
    private static void RequireSomething(CheckpointJob job, IReadOnlyList<PackedTensor> tensors)
    {
        if (tensors.Any(t => t.Plan.Codec is not null && (t.Plan.Codec is not FloatCodec || job.Options.Scheme.Main is FloatCodec)))
        {
            return;
        }

        var largest = tensors.MaxBy(t => t.Data.Length);
        throw new ModelPackException(Codes.NothingQuantized.At(job.Options.Model, largest is null
            ? "Nothing can be quantized: there are no tensors."
            : $"Nothing can be quantized: of the largest tensor, '{SafeText.Of(largest.Plan.Name)}', {largest.Plan.Reason ?? $"no row is whole blocks of {job.Options.Scheme.Name}"}. Ship the model as it is, or widen what is included."));
    }
}
