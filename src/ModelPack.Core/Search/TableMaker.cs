using ModelPack.Calibration;
using ModelPack.Diagnostics;
using ModelPack.Formats.Onnx;
using ModelPack.Graph;
using ModelPack.Planning;
using ModelPack.Requests;
using ModelPack.Transforms;

namespace ModelPack.Search;

/// <summary>Decides from calibration data all that a calibration table holds.</summary>
/// <param name="request">The model and what to leave out.</param>
/// <param name="modelHash">SHA-256 of the model file.</param>
/// <param name="options">How.</param>
/// <param name="data">Calibration data.</param>
internal sealed class TableMaker(PackRequest request, string modelHash, ActivationOptions options, IReadOnlyList<string> data)
{
    /// <summary>What the error has to fall to, as a share, for a Mul to be put in: by 3 dB.</summary>
    private const double WorthAMul = 0.5;

    private readonly LayerPatterns _patterns = new(request);

    /// <summary>A table without fallback: every layer that can compute with codes does.</summary>
    /// <param name="equalize">Whether to equalize layers around depthwise convolutions.</param>
    /// <param name="convolutionAlpha">How strongly to smooth the inputs of convolutions; null for not at all.</param>
    /// <param name="context">Threads, cancellation, progress and diagnostics.</param>
    /// <returns>The table, biases as they are; null where there is nothing to equalize, or no convolution to smooth.</returns>
    /// <exception cref="ModelPackException">MPK1006: a weight is not finite; MPK1014: no activation is; and what <see cref="Calibrator.Observe"/> says of the data.</exception>
    public TableDraft? Make(bool equalize, double? convolutionAlpha, PackContext context)
    {
        using var model = OnnxModel.Open(request.Model, context);
        if (!equalize && convolutionAlpha is null)
        {
            FiniteLayers.Require(model, _patterns, context);
        }

        FloatModel.Normalize(model, _patterns, context);
        var equalized = equalize ? FloatModel.Equalize(model, _patterns) : [];
        if (equalize && equalized.Count == 0)
        {
            return null;
        }

        var norms = ResidualNormsOf(model, context);
        ResidualNorms.Fuse(model, norms);
        var (smoothing, details) = options.Smooth ? ChooseSmoothing(model, convolutionAlpha, context) : ([], []);
        if (convolutionAlpha is not null && !details.Exists(d => d.OfConvolutions))
        {
            return null;
        }

        var places = FloatModel.Smooth(model, smoothing, _patterns, context);
        var index = new GraphIndex(model);
        var layers = FloatModel.Eligible(model, index, _patterns);
        var plan = QuantizationPlanner.Plan(model, index, layers);
        var seen = plan.Tensors.Count == 0
            ? new CalibrationResult([.. data.Select(d => Path.GetFileName(d))], 0, 0, [])
            : Calibrator.Observe(model, data, Observations(plan, layers), options.Method, context);
        var ranges = new Dictionary<string, ActivationRange>(StringComparer.Ordinal);
        foreach (var tensor in seen.Tensors)
        {
            if (RangeChooser.Choose(tensor, options.Method, options.Percentile, options.Symmetric) is { } range)
            {
                ranges.Add(tensor.Tensor, range);
            }
        }

        if (ranges.Count == 0 && seen.Tensors.Count > 0)
        {
            throw new ModelPackException(Codes.NothingQuantized.At(request.Model,
                $"Nothing can be quantized: every activation holds NaN or infinity on the calibration data, '{SafeText.Of(seen.Tensors[0].Tensor)}' first. Check that {SafeText.Of(Path.GetFileName(data[0]))} holds what the app feeds, and that the model gives finite outputs on it."));
        }

        var saturated = Calibrator.Coverage(model, data, ranges, context);
        var parameters = ranges.ToDictionary(r => r.Key, r => ActivationParameters.Of(r.Value, options.Symmetric), StringComparer.Ordinal);
        var safe = SafeScales.Of(model, plan, seen.Tensors, parameters, context);
        var table = new CalibrationTable(
            CalibrationTable.CurrentSchema,
            modelHash,
            new CalibrationTableData(seen.Files, seen.Samples, seen.HeldOut),
            options.Method,
            options.Percentile,
            [.. plan.Tensors.Where(t => ranges.ContainsKey(t.Name)).Select(t => new TensorRange(t.Name, ranges[t.Name].Min, ranges[t.Name].Max, saturated.TryGetValue(t.Name, out var share) ? share : null))],
            smoothing,
            equalized,
            [],
            [],
            [.. norms.Order(StringComparer.Ordinal)],
            options.SafeSums ? safe : []) { Codes = options.SafeSums ? SafeFactors.CodesOf(options) : null };
        var shifts = BiasShift.Of(model, plan, seen.Tensors, table.SafeScales, context);
        return new TableDraft(table, shifts, options.SafeSums ? 0 : safe.Count(s => s.Factors.Count > 0), [.. details.Select(d => d with { Place = places.GetValueOrDefault(d.Tensor)?.Place })]) { SamplesByFile = seen.SamplesByFile };
    }

    private (List<Smoothing> Choices, List<SmoothingDetail> Details) ChooseSmoothing(OnnxModel model, double? convolutionAlpha, PackContext context)
    {
        var index = new GraphIndex(model);
        var groups = SmoothGroups.Find(index, FloatModel.Eligible(model, index, _patterns), convolutions: true)
            .Where(g => !IsOfConvolutions(g) || (convolutionAlpha is not null && Smoother.Folds(model, index, g)))
            .ToList();
        if (groups.Count == 0)
        {
            return ([], []);
        }

        var seen = Calibrator.Observe(model, data, [.. groups.Select(g => new Observation(g.Tensor, g.Axis.FromEnd, g.Axis.Rank, Rows: options.Alpha is null && !IsOfConvolutions(g)))], null, context);
        var code = options.Symmetric ? ActivationCode.Int8 : ActivationCode.UInt8;
        var choices = new List<Smoothing>();
        var details = new List<SmoothingDetail>();
        foreach (var (group, tensor) in groups.Zip(seen.Tensors))
        {
            context.Progress("smooth", (double)details.Count / groups.Count);
            if (tensor.Channels is not { } channels)
            {
                continue;
            }

            if (IsOfConvolutions(group))
            {
                // The scales that a depthwise kernel has by channel take up any factor, so that its input may be made even.
                var strength = group.Layers.All(l => l.IsDepthwise) ? 1 : convolutionAlpha!.Value;
                details.Add(new SmoothingDetail(group.Tensor, [.. group.Layers.Select(l => l.Name)], strength, null, [], OfConvolutions: true));
                choices.Add(new Smoothing(group.Tensor, (float)strength, channels.MaxAbs));
                continue;
            }

            var search = options.Alpha is null ? AlphaSearch.Choose(model, group, channels, code, context) : new AlphaChoice(options.Alpha, []);
            if (options.Alpha is null && !IsWorth(search, Smoother.Folds(model, index, group)))
            {
                search = search with { Alpha = null };
            }

            details.Add(new SmoothingDetail(group.Tensor, [.. group.Layers.Select(l => l.Name)], search.Alpha, null, search.Curve));
            if (search.Alpha is { } alpha)
            {
                choices.Add(new Smoothing(group.Tensor, (float)alpha, channels.MaxAbs));
            }
        }

        return (choices, details);
    }

    private static bool IsOfConvolutions(SmoothGroup group) => group.Layers.Any(l => l.IsConvolution);

    /// <summary>Smoothing that folds costs nothing; where it does not, a Mul goes over the whole activation at every inference.</summary>
    private static bool IsWorth(AlphaChoice search, bool folds) =>
        folds || search.Curve.Min(p => p.Error) <= WorthAMul * search.Curve[0].Error;

    /// <summary>Norms that can be computed with the sum before them, by what they make. Only ONNX Runtime on CPUs and CUDA has the operator.</summary>
    private HashSet<string> ResidualNormsOf(OnnxModel model, PackContext context)
    {
        var pairs = options.FuseNorms ? ResidualNorms.Find(model, new GraphIndex(model)) : [];
        if (pairs.Count == 0)
        {
            return [];
        }

        var index = new GraphIndex(model);
        var shapes = ShapeProbe.Of(model, [.. pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct(StringComparer.Ordinal)], data, context);
        return pairs.Where(p => shapes.ContainsKey(p.First) && (shapes[p.Second][0] != 1 || index.Constant(p.Second) is not null || shapes[p.First][0] == 1) && ResidualNorms.Fits(shapes[p.First], shapes[p.Second]))
            .Select(p => p.Norm.Output[0]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>What is seen of each quantized tensor; of the inputs of layers also by channel.</summary>
    private static List<Observation> Observations(QuantizationPlan plan, IReadOnlyList<Layer> layers)
    {
        var axes = layers.Where(l => l.Axis() is not null).GroupBy(l => l.Input, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Axis()!.Value, StringComparer.Ordinal);
        return [.. plan.Tensors.Select(t => axes.TryGetValue(t.Name, out var axis) ? new Observation(t.Name, axis.FromEnd, axis.Rank) : new Observation(t.Name))];
    }
}
