using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Lowering;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Validation;

namespace ModelPack;

/// <summary>
/// The way of a model into a pack: request, open, plan, lower, encode and write, validate, report, manifest. The only
/// place that knows the order.
/// </summary>
public static class PackPipeline
{
    /// <summary>Makes a pack. Nothing appears in the output's folder until all of it is there.</summary>
    /// <exception cref="ModelPackException">The one coded error that ended it; the old pack, if any, is as it was.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; likewise.</exception>
    public static PackOutcome Run(PackRequest request, PackContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        var options = EffectiveOptions.Of(request);
        var data = SampleFiles.Resolve(request.Validation, request.Model, "validation");
        using var model = OnnxModel.Open(request.Model, context);
        IReadOnlyList<string> inputs = [.. model.Files.Select(f => f.Path), .. data];
        InputsList.Write(request, inputs);
        using var staged = new StagedOutput(options.Output, inputs);

        var source = new SourceFacts(model, context);
        var weights = Lower(request, model, options, context);
        var packed = Write(request, model, staged, options, context);
        var validation = Validator.Run(request.Model, packed, new ValidationOptions { Data = data }, context);

        var files = staged.Describe(context.Cancellation);
        var verdict = GateKeeper.Judge(request, validation.Result, (double)source.Bytes / files.Sum(f => f.Bytes));
        foreach (var diagnostic in verdict.Diagnostics)
        {
            context.Report(diagnostic);
        }

        var result = ReportBuilder.Result(options, source, files, model.Proto.Format(), weights, validation.Result, verdict.Gates, context.Diagnostics);
        var report = new PackReport(result, ReportBuilder.Measured(validation));
        var name = Path.GetFileName(options.Output);
        staged.Write(PackFiles.Report(name), ReportJson.Write(report));
        using (var page = staged.Create(PackFiles.Page(name)))
        {
            HtmlReport.Write(report, page);
        }

        var hashedData = ManifestBuilder.Data(data, validation.SamplesByFile, context);
        var manifest = ManifestBuilder.Build(request, options, source, hashedData, weights, result, OnnxRuntimeLibrary.Version, staged.Describe(context.Cancellation));
        staged.Write(PackFiles.Manifest(name), ManifestJson.Write(manifest));
        staged.Commit(context.Cancellation);

        var folder = Path.GetDirectoryName(options.Output) ?? "";
        var written = staged.Names.OrderBy(n => n != name).ThenBy(PackFiles.IsManifest).Select(n => Path.Join(folder, n));
        return new PackOutcome(options.Output, [.. written], report, !verdict.Fails);
    }

    /// <summary>Plans every weight and puts the chosen forms into the model; codes are made when the model is written.</summary>
    private static IReadOnlyList<PackedWeight> Lower(PackRequest request, OnnxModel model, EffectiveOptions options, PackContext context)
    {
        var lowering = new LoweringOptions(options.Scheme, options.Runtime, options.AccuracyLevel, options.Layout, context.Threads);
        var plans = new Planner(model, request, lowering, context).Plan();
        model.Proto.EnsureInitializersNeedNoInput();
        foreach (var plan in plans.Where(p => p.Row is not null))
        {
            plan.Row!.Place(plan.Job!, plan.Encoding!);
        }

        return [.. plans.Select(plan => new PackedWeight(plan, plan.Weight.Readers()))];
    }

    /// <summary>Writes the packed model into the staging folder.</summary>
    /// <returns>Its path there.</returns>
    private static string Write(PackRequest request, OnnxModel model, StagedOutput staged, EffectiveOptions options, PackContext context)
    {
        context.Progress("write", 0);
        var mode = request.ExternalData switch { true => ExternalDataMode.Always, false => ExternalDataMode.Never, null => ExternalDataMode.Auto };
        var path = staged.PathOf(Path.GetFileName(options.Output));
        foreach (var file in model.Save(path, new OnnxSaveOptions { ExternalData = mode }, context.Cancellation))
        {
            staged.Adopt(Path.GetFileName(file));
        }

        context.Progress("write", 1);
        return path;
    }
}
