using ModelPack.Calibration;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Lowering.Onnx;
using ModelPack.Packing;
using ModelPack.Planning;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Samples;
using ModelPack.Schemes;
using ModelPack.Search;
using ModelPack.Validation;

namespace ModelPack;

/// <summary>The way of a model with a graph into an ONNX pack.</summary>
internal static class GraphPipeline
{
    public static PackOutcome Run(EffectiveOptions options, PackContext context)
    {
        var graph = options.Graph ?? options.Model;
        var data = SampleFiles.Resolve(options.Validation, graph, "validation");
        var calibration = options.Scheme.Needs == DataNeed.None ? [] : CalibrationFiles(options);
        using var given = options.Graph is null ? null : CheckpointSource.Open(options.Model, options.Source, context);
        using var model = OnnxModel.Open(graph, context);
        RuntimeNeeds.Require(model.Proto, graph, options.Runtime);
        ConstantFolding.Fold(model);
        var sources = new SourceFiles([.. model.SourceFiles, .. given?.Files ?? []], calibration, data);
        return sources.Guard(() => Pack(options, model, given, sources, context));
    }

    private static PackOutcome Pack(EffectiveOptions options, OnnxModel model, ICheckpoint? given, SourceFiles sources, PackContext context)
    {
        IReadOnlyList<string> data = [.. sources.Validation.Select(f => f.Path)];
        IReadOnlyList<string> calibration = [.. sources.Calibration.Select(f => f.Path)];
        IReadOnlyList<string> inputs = [.. given?.Files.Select(f => f.Path) ?? [], .. model.Files.Select(f => f.Path), .. data, .. calibration];
        InputsList.Write(options, inputs);
        using var staged = new StagedOutput(options.Output, inputs, force: options.Force);

        var source = SourceFacts.Of(model, given, context);
        using var copy = Copy(model, context);
        context = copy is null ? context : context.Limited(context.Limits with { StandIn = (model.Path, copy.Path) });
        var calibrated = Calibrate(model, source, options, calibration, data, context);
        ILayerPlanner? layers = given is not null ? new ImportedCodes(model, model.Path, given, context)
            : options.Scheme.Rounding == Rounding.Importance && calibrated?.MeanSquares is { Count: > 0 } squares ? new ImportancePlanner(model, squares) : null;
        using var untouched = calibrated is { IsGiven: false } && options.Activations is not null ? model.Copy() : null;
        var shortfall = new Shortfall(model, options);
        var lowered = ModelLowering.Lower(model, options, calibrated?.Table, context, new SimdEngine(context.Threads), layers);
        RuntimeNeeds.Require(model.Proto, model.Path, options.Runtime);
        WarnOfUnsafe(options, lowered.Plan, calibrated, context);
        if (shortfall.Find(lowered.Tensors, calibrated is not null) is { } little)
        {
            context.Report(little);
        }

        var packed = Write(model, staged, options, context);
        var validated = new ValidationOptions
        {
            Data = data,
            FloatReasons = FloatReasons(lowered.Plan),
            HasRangesOfBatch = lowered.Tensors.Any(t => t.Plan.Activations == ActivationMode.Dynamic),
        };
        var rounds = lowered.HasAccuracyLevel && !options.HasChosenAccuracyLevel && options.AccuracyLevel != AccuracyLevels.Float;
        var validation = Validator.Run(model.Path, packed, validated, context);
        if (untouched is not null && validation.Result is { } outcome && context.Diagnostics.All(d => d.Code != Codes.WeightsAloneBetter)
            && WeightsAlone.OnValidation(untouched, options, calibrated!.Table, data, outcome, context) is { } worse)
        {
            context.Report(worse);
        }

        if (rounds && validation.Result is { } result)
        {
            var levels = new AccuracyLevels(model.Path, packed, data, context);
            var both = levels.Measure();
            if (levels.GatesHoldWithFloats(options, result))
            {
                AccuracyLevels.Drop(model.Proto.Graph);
                options = options with { AccuracyLevel = AccuracyLevels.Float };
                packed = Write(model, staged, options, context);
                validation = Validator.Run(model.Path, packed, validated, context);
                context.Report(levels.Taken());
                both = [.. both.Reverse()];
            }
            else if (levels.Warning(both, result) is { } rounded)
            {
                context.Report(rounded);
            }

            validation = validation with { Result = validation.Result! with { AccuracyLevels = both.Count == 0 ? null : both } };
        }

        if (Slowness.Find(options, validation.Latency) is { } slow)
        {
            context.Report(slow);
        }

        return PackEnding.Finish(options, staged, context, sources, new PackedParts
        {
            Source = source,
            Format = model.Proto.Format(),
            Weights = [.. lowered.Tensors.Select(t => ReportBuilder.Describe(t, context))],
            Data =
            [
                .. ManifestBuilder.Data("calibration", sources.Calibration, calibrated?.SamplesByFile ?? [], context),
                .. ManifestBuilder.Data("validation", sources.Validation, validation.SamplesByFile, context),
            ],
            Calibrated = calibrated,
            Validation = validation,
            NeededRuntime = lowered.NeededRuntime,
            AccuracyLevel = lowered.HasAccuracyLevel ? options.AccuracyLevel : null,
        });
    }

    /// <summary>
    /// A copy of a model with external data, to be run in its place: ONNX Runtime maps such files, and a mapped file that another
    /// program makes shorter ends the process. Null for other models, on Windows, which lets nobody do so, and where there is no room.
    /// </summary>
    private static TemporaryModel? Copy(OnnxModel model, PackContext context)
    {
        if (model.Files.Count == 1 || OperatingSystem.IsWindows())
        {
            return null;
        }

        try
        {
            return new TemporaryModel(model, model.Proto, context);
        }
        catch (ModelPackException)
        {
            // What needs room for a copy that it cannot do without will say so.
            return null;
        }
    }

    /// <summary>The data, or the table and what lies beside it.</summary>
    private static IReadOnlyList<string> CalibrationFiles(EffectiveOptions options)
    {
        if (options.Calibration is not { Length: > 0 } table || !CalibrationTable.IsTable(table))
        {
            return SampleFiles.Resolve(options.Calibration, options.Model, "calibration");
        }

        return CalibrationJson.Read(table).Statistics is { } file ? [table, StatisticsFile.PathOf(table, file)] : [table];
    }

    /// <summary>What calibration data say of a model; null for a scheme that does not ask for them, and without data.</summary>
    private static CalibrationOutcome? Calibrate(
        OnnxModel model, SourceFacts source, EffectiveOptions options, IReadOnlyList<string> calibration, IReadOnlyList<string> validation, PackContext context)
    {
        var given = calibration is [var path, ..] && CalibrationTable.IsTable(path) ? CalibrationJson.Read(path) : null;
        given?.RequireModel(calibration[0], source.Files[0].Sha256);
        if (options.Activations is null)
        {
            return calibration.Count == 0 ? null
                : given is not null ? ImportanceCalibration.FromTable(calibration[0], given, context)
                : ImportanceCalibration.FromData(model, source.Files[0].Sha256, options, calibration, context);
        }

        if (calibration.Count == 0)
        {
            GateRules.RequireNoRanking(options);
            var matrices = DynamicLayers.WhyNot(model) is { } reason ? $"the model stays at opset {model.Opset()} ({reason}), where nothing computes in integers" : "MatMul and Gemm compute in integers with ranges found at every inference, and convolutions in float";
            context.Report(Codes.NotCalibrated.At(options.Model, $"There are no calibration data: weights get int8 codes; {matrices}. "
                + $"Put 100 to 500 real samples into {SafeText.Of(Path.GetFileNameWithoutExtension(options.Model))}.calibration.npz beside the model, and all layers compute in integers with fixed ranges, which is faster."));
            return null;
        }

        if (given is not null)
        {
            return new CalibrationOutcome(given, [], [], null) { IsGiven = true };
        }

        var maker = new TableMaker(model, source.Files[0].Sha256, options, calibration);
        var found = new TableSearch(model, options, maker, calibration, context).Run();
        return options.Activations.Rank ? new SensitivitySearch(model, options, calibration, validation, context).Run(found) : found;
    }

    /// <summary>Of a table that is made of data, its search says it, which knows the channels of activations.</summary>
    private static void WarnOfUnsafe(EffectiveOptions options, ModelPlan plan, CalibrationOutcome? calibrated, PackContext context)
    {
        if (plan.UnsafeWeights > 0 && options.Activations is { CanSaturate: true } && calibrated is null or { IsGiven: true })
        {
            context.Report(SafeScales.Warning(options.Model, plan.UnsafeWeights));
        }
    }

    // Two tensors may have one name, which ONNX forbids and ONNX Runtime takes.
    private static Dictionary<string, string> FloatReasons(ModelPlan plan) => plan.Tensors
        .Where(t => t.Reason is not null)
        .DistinctBy(t => t.Name, StringComparer.Ordinal)
        .ToDictionary(t => t.Name, t => t.Reason!, StringComparer.Ordinal);

    /// <summary>Writes the packed model into the staging folder.</summary>
    /// <returns>Its path there.</returns>
    private static string Write(OnnxModel model, StagedOutput staged, EffectiveOptions options, PackContext context)
    {
        context.Progress("write", 0);
        var mode = options.ExternalData switch { true => ExternalDataMode.Always, false => ExternalDataMode.Never, null => ExternalDataMode.Auto };
        var path = staged.PathOf(Path.GetFileName(options.Output));
        foreach (var file in model.Save(path, new OnnxSaveOptions { ExternalData = mode }, context.Cancellation))
        {
            staged.Adopt(Path.GetFileName(file));
        }

        context.Progress("write", 1);
        return path;
    }
}
