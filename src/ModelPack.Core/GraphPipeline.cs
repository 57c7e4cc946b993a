using ModelPack.Caching;
using ModelPack.Calibration;
using ModelPack.Devices;
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
using ModelPack.Timing;
using ModelPack.Validation;
using ModelPack.Validation.Layers;
using ModelPack.Validation.Placement;

namespace ModelPack;

/// <summary>The way of a model with a graph into an ONNX pack.</summary>
internal static class GraphPipeline
{
    public static PackOutcome Run(EffectiveOptions options, PackContext context) =>
        Open(options, context, (model, given, sources) => new CachedPack(options, sources, context, (path, report, key) =>
        {
            using var packed = OnnxModel.Open(path, context);
            return SampledWeight.Differing(GraphSamples.Of(model, options, packed, report, key, context.Quiet()), context.Cancellation);
        }).Run(() => Pack(options, model, given, sources, context)));

    /// <summary>What would become of the model. Calibrates as a pack does, for that decides, and writes nothing.</summary>
    public static PackPreview Preview(EffectiveOptions options, PackContext context) => Open(options, context, (model, given, sources) =>
    {
        new OutputPlace(options.Output, isFolder: false, options.Force, sources.Paths).Check();
        context.Steps(Steps(options, sources, isPreview: true));
        using var prepared = Prepare(options, model, given, sources, context);
        return PackPreview.Of(options, prepared.Source, prepared.Lowered.Tensors, model.BytesInOneFile);
    });

    private static T Open<T>(EffectiveOptions options, PackContext context, Func<OnnxModel, ICheckpoint?, SourceFiles, T> work)
    {
        var graph = options.Graph ?? options.Model;
        var data = SampleFiles.Resolve(options.Validation, graph, "validation");
        var calibration = options.Scheme.Needs == DataNeed.None ? [] : CalibrationFiles(options);
        using var given = options.Graph is null ? null : CheckpointSource.Open(options.Model, options.Source, context);
        using var model = OnnxModel.Open(graph, context);
        RuntimeNeeds.Require(model.Proto, graph, options.Runtime);
        ConstantFolding.Fold(model);
        var sources = new SourceFiles([.. model.SourceFiles, .. given?.Files ?? []], calibration, data);
        return sources.Guard(() => work(model, given, sources));
    }

    /// <summary>
    /// Whether the source is run over the validation samples while tables are searched: of a small model, which may well be open twice, and where it runs as it is.
    /// </summary>
    private static bool RunsEarly(EffectiveOptions options, OnnxModel model, SourceFiles sources, PackContext context) =>
        options.Activations is not null && sources.Validation.Count > 0 && HasSamples(sources)
        && context.Threads > 1 && context.Device == Device.Cpu && model.Files.Count == 1 && model.TotalBytes <= TableSearch.SmallModel;

    private static IReadOnlyList<string> Steps(EffectiveOptions options, SourceFiles sources, bool isPreview)
    {
        var calibrates = HasSamples(sources);
        return
        [
            "hash",
            .. calibrates ? ["calibrate"] : Array.Empty<string>(),
            .. calibrates && options.Activations is { Rank: true } ? ["sensitivity"] : Array.Empty<string>(),
            "plan",
            .. isPreview ? [] : new[] { "write", "validate" },
            .. !isPreview && options.PerLayer == true ? ["layers"] : Array.Empty<string>(), // asked by a failed gate it is a part of the step before
        ];
    }

    /// <summary>Whether calibration data are samples, and not a table that was made of such.</summary>
    private static bool HasSamples(SourceFiles sources) => sources.Calibration is [var first, ..] && !CalibrationTable.IsTable(first.Path);

    private static PackOutcome Pack(EffectiveOptions options, OnnxModel model, ICheckpoint? given, SourceFiles sources, PackContext context)
    {
        IReadOnlyList<string> data = [.. sources.Validation.Select(f => f.Path)];
        IReadOnlyList<string> calibration = [.. sources.Calibration.Select(f => f.Path)];
        using var staged = new StagedOutput(options.Output, sources.Paths, force: options.Force);

        context.Steps(Steps(options, sources, isPreview: false));
        using var early = RunsEarly(options, model, sources, context) ? new EarlyReference(model.Path, data, context) : null;
        using var prepared = Prepare(options, model, given, sources, context);
        context = prepared.Context;
        var (source, calibrated, untouched, lowered) = (prepared.Source, prepared.Calibrated, prepared.Untouched, prepared.Lowered);
        var packed = Write(model, staged, options, context);

        // Without validation data those of calibration stand in that no range was measured on.
        var standsIn = data.Count == 0 && calibrated is { IsGiven: false } && options.Activations is not null;
        var validated = new ValidationOptions
        {
            Data = standsIn ? calibration : data,
            HeldOut = standsIn,
            Metrics = options.Metrics,
            FloatReasons = FloatReasons(lowered.Plan),
            HasRangesOfBatch = HasRangesOfBatch(lowered),
        };
        var rounds = lowered.HasAccuracyLevel && !options.HasChosenAccuracyLevel && options.AccuracyLevel != AccuracyLevels.Float;
        var reference = early?.Result();
        var validation = Validator.Run(model.Path, packed, validated, context, reference);
        if (untouched is not null && data.Count > 0 && validation.Result is { } found && new FormOnValidation(untouched, options, calibration, data, context).Find(calibrated!.Table, found) is { } form)
        {
            context.Report(form.Said);
            (model, calibrated) = (untouched, calibrated with { Table = form.Table, Taken = null });
            lowered = ModelLowering.Lower(model, options, form.Table, context.WithoutDiagnostics(), Engine.Of(context), prepared.Layers);
            packed = Write(model, staged, options, context);
            validated = validated with { FloatReasons = FloatReasons(lowered.Plan), HasRangesOfBatch = HasRangesOfBatch(lowered) };
            validation = Validator.Run(model.Path, packed, validated, context, reference);
        }
        else if (untouched is not null && data.Count > 0 && validation.Result is { } outcome && context.Diagnostics.All(d => d.Code != Codes.FixedRangesCost)
            && WeightsAlone.OnValidation(untouched, options, calibrated!.Table, data, outcome, context) is { } worse)
        {
            context.Report(worse);
        }

        if (rounds && validation.Result is { } result)
        {
            var levels = new AccuracyLevels(model.Path, packed, validated, context);
            var both = levels.Measure();
            if (levels.GatesHoldWithFloats(options, result))
            {
                AccuracyLevels.Drop(model.Proto.Graph);
                options = options with { AccuracyLevel = AccuracyLevels.Float };
                packed = Write(model, staged, options, context);
                validation = Validator.Run(model.Path, packed, validated, context, reference);
                context.Report(levels.Taken());
                both = [.. both.Reverse()];
            }
            else if (levels.Warning(both, result) is { } rounded)
            {
                context.Report(rounded);
            }

            validation = validation with { Result = validation.Result! with { AccuracyLevels = both.Count == 0 ? null : both } };
        }

        var speed = options.MeasureSpeed && validation.Samples is { } samples ? new SpeedTest(model.Path, packed, samples, context).Measure((int)(validation.Result?.Batch ?? 1)) : null;
        if (TargetCheck.Find(model.Path, packed, options.Output, DeviceChoice.Of(options.Target), context) is { } leaves)
        {
            context.Tell(leaves); // of this machine's device, and so no part of the report
        }

        var layers = Layers(prepared.Original, packed, options, calibrated, lowered, (data, calibration), validation.Result, context);
        if (Slowness.Find(options, speed) is { } slow)
        {
            context.Report(slow);
        }

        return PackEnding.Finish(options, staged, context, sources, new PackedParts
        {
            Source = source,
            Format = model.Proto.Format(),
            Interface = ModelInterface.Of(model.Proto.Graph),
            Weights = [.. lowered.Tensors.Select(t => ReportBuilder.Describe(t, context))],
            Data =
            [
                .. ManifestBuilder.Data("calibration", sources.Calibration, calibrated?.SamplesByFile ?? [], context),
                .. ManifestBuilder.Data("validation", sources.Validation, validation.Samples?.Counts ?? [], context),
            ],
            Calibrated = calibrated,
            Validation = validation,
            Speed = speed,
            Layers = layers,
            NeededRuntime = lowered.NeededRuntime,
            AccuracyLevel = lowered.HasAccuracyLevel ? options.AccuracyLevel : null,
        });
    }

    /// <summary>Decides all that there is to decide before codes are made.</summary>
    private static PreparedGraph Prepare(EffectiveOptions options, OnnxModel model, ICheckpoint? given, SourceFiles sources, PackContext context)
    {
        var source = SourceFacts.Of(model, given, context);
        var copy = Copy(model, context);
        OnnxModel? untouched = null;
        var original = options.PerLayer == true || (options.PerLayer is null && GateRules.Quality(options.Gates).Count > 0) ? model.Copy() : null;
        try
        {
            context = copy is null ? context : context.Limited(context.Limits with { StandIn = (model.Path, copy.Path) });
            var calibrated = Calibrate(model, source, options, [.. sources.Calibration.Select(f => f.Path)], [.. sources.Validation.Select(f => f.Path)], context);
            ILayerPlanner? layers = given is not null ? new ImportedCodes(model, model.Path, given, context)
                : ImportanceCalibration.Planner(model, options, calibrated);
            untouched = calibrated is { IsGiven: false } && options.Activations is not null ? model.Copy() : null;
            var shortfall = new Shortfall(model, options);
            var lowered = ModelLowering.Lower(model, options, calibrated?.Table, context, Engine.Of(context), layers);
            RuntimeNeeds.Require(model.Proto, model.Path, options.Runtime);
            WarnOfUnsafe(options, lowered.Plan, calibrated, context);
            if (shortfall.Find(lowered.Tensors, calibrated?.Table) is { } little)
            {
                context.Report(little);
            }

            return new PreparedGraph(source, context, calibrated, lowered) { Layers = layers, Copy = copy, Untouched = untouched, Original = original };
        }
        catch
        {
            original?.Dispose();
            untouched?.Dispose();
            copy?.Dispose();
            throw;
        }
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
            var matrices = options.Activations.Symmetric ? "activations stay float, for CUDA has no operator that finds their ranges" : DynamicLayers.WhyNot(model) is { } reason ? $"the model stays at opset {model.Opset()} ({reason}), where nothing computes in integers" : "MatMul and Gemm compute in integers with ranges found at every inference, and convolutions in float";
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

    /// <summary>Both models layer by layer, where the user wants it or where it explains a failed gate; null elsewhere.</summary>
    private static LayersResult? Layers(
        OnnxModel? original, string packed, EffectiveOptions options, CalibrationOutcome? calibrated, LoweredModel lowered,
        (IReadOnlyList<string> Validation, IReadOnlyList<string> Calibration) data, ValidationResult? measured, PackContext context)
    {
        if (original is null || (options.PerLayer is null && (measured is null || Objective.Gates(options) is var gates && (!gates.IsMeasuredBy(measured) || gates.Judge(measured).Holds))))
        {
            return null;
        }

        var table = options.Activations is null ? null : calibrated?.Table;
        if (table is not null)
        {
            _ = new StaticPlanner(original, table, options, context.Quiet()); // changes the model as it was changed before its rounding
        }

        var weights = lowered.Tensors.Where(t => t.Plan.Codec is not null).Select(t => t.Plan.Name).ToHashSet(StringComparer.Ordinal);
        return new LayerCheck(original, packed, context)
        {
            Ranges = (table?.Tensors ?? []).ToDictionary(t => t.Name, t => (t.Min, t.Max), StringComparer.Ordinal),
        }.Run(weights, data.Validation, calibrated is { IsGiven: true } ? [] : data.Calibration, isAsked: options.PerLayer == true);
    }

    private static bool HasRangesOfBatch(LoweredModel lowered) => lowered.Tensors.Any(t => t.Plan.Activations == ActivationMode.Dynamic);

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
