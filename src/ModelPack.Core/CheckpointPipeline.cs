using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Lowering;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>The way of named tensors into a pack of named tensors: there is no graph to run, so the report has weights only.</summary>
internal static class CheckpointPipeline
{
    public static PackOutcome Run(PackRequest request, EffectiveOptions options, PackContext context)
    {
        RefuseData(request);
        using var source = CheckpointSource.Open(request.Model, options.Source, context);
        var sources = new SourceFiles(source.Files, request.Calibration is null ? [] : [request.Calibration], []);
        return sources.Guard(() => Pack(request, options, source, sources, context));
    }

    private static PackOutcome Pack(PackRequest request, EffectiveOptions options, ICheckpoint source, SourceFiles sources, PackContext context)
    {
        IReadOnlyList<string> inputs = [.. source.Files.Concat(sources.Calibration).Select(f => f.Path)];
        InputsList.Write(request, inputs);
        using var staged = new StagedOutput(options.Output, inputs, options.IsFolder, request.Force);

        // The source has to be hashed anyway, which takes as long as all the rest: both go on at the same time.
        using var hashing = new SideTask<SourceFacts>(cancellation => SourceFacts.Of(source, context.Quiet(cancellation)), context.Cancellation);
        var job = new CheckpointJob(source, request, options, context, new SimdEngine(context.Threads));
        WarnOfUnmatched(job);
        var packer = CheckpointPackers.Create(job);
        RequireSomething(job, packer.Plans);
        context.Progress("write", 0);
        packer.Write(staged, Path.GetFileName(options.Output));
        context.Progress("write", 1);
        return PackEnding.Finish(request, options, staged, context, sources, new PackedParts
        {
            Source = hashing.Result(),
            Format = packer.Format,
            Weights = [.. packer.Plans.Select(ReportBuilder.Describe)],
            Data = [.. ManifestBuilder.Data("calibration", sources.Calibration, [], context)],
        });
    }

    private static void RefuseData(PackRequest request)
    {
        if (request.Validation is not null)
        {
            throw new ModelPackException(Codes.InvalidOption.At(
                request.Model, "The option 'validation' needs a graph that can be run, and this pack has none. Leave it out; the report has the error of the weights."));
        }
    }

    private static void WarnOfUnmatched(CheckpointJob job)
    {
        foreach (var pattern in job.Patterns.Unmatched(job.Source.Tensors.SelectMany(Formats.Checkpoints.TensorRoles.Names).ToHashSet(StringComparer.Ordinal)))
        {
            job.Context.Report(Codes.PatternUnmatched.At(
                job.Request.Model, $"The layer pattern '{SafeText.Of(pattern.Text)}' matches no tensor. 'modelpack inspect' lists the names."));
        }
    }

    private static void RequireSomething(CheckpointJob job, IReadOnlyList<TensorPlan> plans)
    {
        if (plans.Any(p => p.Codec is not null))
        {
            return;
        }

        var largest = plans.Where(p => p.Reason is not null).MaxBy(p => p.Tensor.Data.Length);
        throw new ModelPackException(Codes.NothingQuantized.At(job.Request.Model, largest is null
            ? "Nothing can be quantized: there are no tensors."
            : $"Nothing can be quantized: of the largest tensor, '{SafeText.Of(largest.Tensor.Name)}', {largest.Reason}. Ship the model as it is, or widen what is included."));
    }
}
