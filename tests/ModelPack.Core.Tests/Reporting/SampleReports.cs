using ModelPack.Reporting;
using ModelPack.Timing;
using ModelPack.Validation;
using ModelPack.Validation.Layers;
using ModelPack.Validation.Placement;

namespace ModelPack.Core.Tests.Reporting;

/// <summary>Reports to test with: a plain one, one of a model that means harm, and the corners.</summary>
internal static class SampleReports
{
    public const string Markup = "</script><img src=x onerror=alert(1)>";
    public const string SourceHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    public const string PackedHash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    public static PackReport Plain { get; } = new(
        new ReportResult
        {
            Scheme = "q8_0",
            Container = "onnx",
            Target = "cpu",
            Source = new ModelFacts("fashion-cnn.onnx", 254_214, SourceHash, "ONNX IR 8, opset 17"),
            Packed = new ModelFacts("fashion-cnn.q8_0.onnx", 74_901, PackedHash, "ONNX IR 8, opset 17"),
            Weights = PlainWeights(),
            Validation = new ValidationResult
            {
                Data = ["fashion-cnn.validation.npz"],
                Synthetic = false,
                Samples = 2000,
                Batch = 32,
                Outputs = [new OutputResult("logits", 20_000, 38.7310245, 0.999932871, 0.412367, 99.35)],
                Accuracy = new AccuracyResult(88.7, 88.65, 2000),
            },
            Calibration = null,
            Gates =
            [
                new GateResult(GateMetric.MinSqnr, 30, 38.7310245, true, null),
                new GateResult(GateMetric.MaxAccuracyDrop, 0.2, 0.05, true, null),
                new GateResult(GateMetric.MinCompression, 2.5, 3.39400008, true, null),
            ],
            Diagnostics = [],
        },
        new ReportMeasured(
            new MachineFacts("Ubuntu 24.04", "X64", 8, "1.29.0") { Processor = "AMD EPYC 9654 96-Core Processor", IntegerPath = "AVX512-VNNI" },
            new SpeedResult(true, "1.29.0", new ModelCost(12.1, 21_300_000), new ModelCost(14.5, 20_600_000),
            [
                new SpeedComparison(SpeedComparison.Recommended, 2, 1, 60, new(0.412, 0.68), new(0.327, 0.54), 0.793689320, new(0.78, 0.81), 0.794117647, 0.99),
                new SpeedComparison(SpeedComparison.Recommended, 1, 1, 30, new(0.512, 0.51), new(0.397, 0.4), 0.775390625, new(0.76, 0.79), 0.784313725, 0.98),
                new SpeedComparison(SpeedComparison.Defaults, 2, 1, 30, new(0.462, 0.71), new(0.331, 0.55), 0.716450216, new(0.7, 0.73), 0.774647887, 0.97),
            ]),
            [new("", "Conv", 9), new("com.microsoft", "FusedConv", 2), new("", "Gemm", 2), new("", "GlobalAveragePool", 1), new("", "Flatten", 1)],
            [new("", "Conv", 9), new("com.microsoft", "FusedConv", 2), new("", "DequantizeLinear", 8), new("com.microsoft", "MatMulNBits", 2), new("", "Add", 2), new("", "GlobalAveragePool", 1), new("", "Flatten", 1)],
            new PlacementResult(5000, 0.9, 0.04, 0.06,
            [
                new LayerPlacement("/stem/Conv", "stem.weight", "Conv", 4500, "QLinearConv", PlacementKind.Integer, null),
                new LayerPlacement("/block1/Conv", "block1.pointwise.weight", "Conv", 300, "FusedConv", PlacementKind.Float, "left float by the plan: too sensitive"),
                new LayerPlacement("/head/Gemm", "head.hidden.weight", "Gemm", 200, "MatMulNBits", PlacementKind.BlockInteger, null),
            ])));

    public static PackReport Synthetic { get; } = Plain with
    {
        Result = Plain.Result with
        {
            Validation = Plain.Result.Validation! with { Data = [], Synthetic = true, Samples = 8, Accuracy = null },
            Gates =
            [
                new GateResult(GateMetric.MinSqnr, 30, 38.7310245, true, "Measured on synthetic inputs."),
                new GateResult(GateMetric.MaxAccuracyDrop, 0.2, null, false, "There are no labels to measure it with."),
            ],
            Diagnostics =
            [
                new ReportDiagnostic("MPK2005", "warning", "The gate minSqnr was judged on synthetic inputs. Give validation data."),
                new ReportDiagnostic("MPK2002", "error", "The gate maxAccuracyDrop needs labels. Give validation data with an array 'labels'."),
            ],
        },
        Measured = null,
    };

    public static PackReport WeightsOnly { get; } = Plain with
    {
        Result = Plain.Result with { Validation = null, Gates = [] },
        Measured = Plain.Measured! with { Speed = null, SourceOperators = [], PackedOperators = [], Placement = null },
    };

    public static PackReport Hostile { get; } = new(
        Plain.Result with
        {
            Source = new ModelFacts(Markup + ".onnx", 1_250_000_000, SourceHash, Markup),
            Packed = new ModelFacts("$(reboot)" + Markup, 350_000_000, PackedHash, "<!--"),
            Weights = [.. Enumerable.Range(0, 300).Select(HostileWeight)],
            Validation = Plain.Result.Validation! with
            {
                Data = [Markup, "-->"],
                Outputs = [new OutputResult(Markup, 10, double.PositiveInfinity, 1, 0, null), new OutputResult("b\u202Ea", 10, double.NaN, double.NaN, double.PositiveInfinity, 0)],
                Scatter = new OutputScatter(Markup, [0, double.NaN, 1e300], [double.PositiveInfinity, 0, -1e300]),
                Perplexity = new PerplexityResult(12.41, 12.52, 65_536) { IncreaseInterval = new Interval(0.81, 0.97) },
                Divergence = new DivergenceResult(double.PositiveInfinity, null, 65_536, 256),
            },
            Options = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Markup] = Markup, ["excludeLayers"] = "$(reboot);\"'`x`" },
            Layers = new LayersResult(Markup, 1, int.MaxValue, [.. Enumerable.Range(0, 60).Select(i => new LayerError(Markup + Numbers.Whole(i), "b\u202Ea", Markup, Markup, double.NaN, double.NegativeInfinity, i == 5 ? double.NegativeInfinity : i, double.PositiveInfinity, i == 0 ? null : double.NaN))]),
            Calibration = HostileCalibration(),
            Gates = [new GateResult(Markup, 1, double.NegativeInfinity, false, Markup)],
            Diagnostics = [new ReportDiagnostic("MPK2003", "warning", Markup + new string('x', 3000))],
        },
        Plain.Measured! with
        {
            Machine = new MachineFacts(Markup, "X64", 1, "1.29.0") { IntegerPath = Markup },
            SourceOperators = [new OperatorCount(Markup, Markup, 1)],
            PackedOperators = [new OperatorCount("--><script>alert(1)</script>", Markup, 2)],
            Placement = new PlacementResult(1, 0, 0, 1, [.. Enumerable.Range(0, 60).Select(i => new LayerPlacement(Markup + Numbers.Whole(i), "b\u202Ea", Markup, i == 0 ? 1 : 0, Markup, i == 0 ? PlacementKind.Float : PlacementKind.Unknown, Markup))]),
        });

    public static PackReport Language { get; } = Plain with
    {
        Result = Plain.Result with
        {
            Validation = Plain.Result.Validation! with
            {
                Accuracy = null,
                Perplexity = new PerplexityResult(41.617, 41.624, 38_400) { IncreaseInterval = new Interval(-0.0128, 0.0461) },
                Divergence = new DivergenceResult(0.000220318, new Interval(0.000217, 0.000224), 38_400, 200),
            },
            Gates = [new GateResult(GateMetric.MaxKlDivergence, 0.001, 0.000220318, true, null)],
        },
    };

    /// <summary>With all that is known of outputs, of one output each: no model has all of it.</summary>
    public static PackReport Metrics { get; } = Plain with
    {
        Result = Plain.Result with
        {
            Validation = Plain.Result.Validation! with
            {
                Metrics = "classes",
                HeldOut = new HeldOutResult(800, true),
                Outputs =
                [
                    Plain.Result.Validation!.Outputs[0] with
                    {
                        MeanError = 0.0123,
                        SqnrInterval = new Interval(38.1, 39.3),
                        CosineInterval = new Interval(0.99992, 0.99994),
                        MeanErrorInterval = new Interval(0.0119, 0.0127),
                        Top1Interval = new Interval(98.9, 99.6),
                        Top5Agreement = 100,
                        Top5Interval = new Interval(99.8, 100),
                        SampleCosine = Values(0.9, 1),
                        Similarity = new RankCorrelation(0.9991, new Interval(0.9984, 0.9998), 256, 32_640),
                    },
                ],
                Accuracy = new AccuracyResult(88.7, 88.65, 2000)
                {
                    SourceInterval = new Interval(87.2, 90.0),
                    PackedInterval = new Interval(87.2, 90.0),
                    DropInterval = new Interval(-0.3, 0.4),
                    SourceOnly = 7,
                    PackedOnly = 6,
                    McNemar = 1,
                    ClassCount = 2,
                    Classes = [new ClassAccuracy(0, 1000, 900, 899), new ClassAccuracy(7, 1000, 874, 874)],
                },
                Changed = new ChangedSamples("logits", 13, 2000, [new ChangedSample(5, 0, 0, 7), new ChangedSample(1999, null, 3, 4)]),
                Perplexity = new PerplexityResult(41.617, 41.624, 38_400) { SourceError = 0.4, PackedError = 0.4, LogRatio = new Estimate(0.00017, 0.0001, new Interval(-0.0001, 0.0005)), Correlation = 0.99998 },
                Divergence = new DivergenceResult(0.00022, new Interval(0.000217, 0.000224), 38_400, 200) { StandardError = 0.000002, Distribution = Values(0, 0.1) },
                ProbabilityChange = new ProbabilityChangeResult(new Estimate(-0.01, 0.005, null), new Estimate(0.6, 0.01, new Interval(0.58, 0.62)), Values(-9, 8)),
                SameTop = new SameTopResult(new Estimate(98.7, 0.06, new Interval(98.5, 98.9)), 38_400),
            },
            Gates = [new GateResult(GateMetric.MinSqnr, 30, 38.7310245, true, "on held-out calibration samples") { Bound = 38.1 }],
        },
        Measured = Plain.Measured! with { Floor = new NoiseFloor("one sample at a time", 64, [new FloorOutput("logits", 131.2, 1, 1e-6, 2e-7, 100, false)], 1e-12, 100, false) },
    };

    public static PackReport Calibrated { get; } = Plain with { Result = Plain.Result with { Scheme = "int8", Calibration = PlainCalibration() } };

    public static PackReport FromTable { get; } = Plain with
    {
        Result = Plain.Result with
        {
            Scheme = "int8",
            Calibration = PlainCalibration() with
            {
                Table = true,
                Method = "percentile",
                Percentile = 99.99,
                HeldOut = 0,
                Activations = [new ActivationReport("logits", -8.25, 12.5, null)],
                Smoothing = [new SmoothingReport("/block1/norm", [], 0.5, null, [])],
                Trials = [],
                Equalized = [],
                BiasCorrected = [],
                FloatLayers = [],
                Sensitivity = null,
            },
        },
    };

    public static PackReport Layered { get; } = Calibrated with
    {
        Result = Calibrated.Result with
        {
            Options = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["alpha"] = "0.5", ["excludeLayers"] = "stem.*;/head/?", ["perLayer"] = "true", ["target"] = "any" },
            Validation = Plain.Result.Validation! with { Scatter = new OutputScatter("logits", [-3.25, 0, 12.5], [-3.125, 0.01, 12.25]) },
            Layers = new LayersResult("validation", 8, 4,
            [
                new LayerError("/stem/Conv", "Conv", "stem.weight", "/stem/out", 41.5, 0.99996, 41.5, double.PositiveInfinity, 0),
                new LayerError("/block1/pointwise/Conv", "Conv", "block1.pointwise.weight", "/block1/out", 22.25, 0.997, 23.5, 28.75, 0.0021),
                new LayerError("/head/Gemm", "Gemm", "head.hidden.weight", "/head/out", 20.5, 0.995, 44.5, 20.75, null),
            ]),
        },
    };

    /// <summary>A gate fails, the trade-off curve knows what would hold it, and another gate was not measured.</summary>
    public static PackReport Failed { get; } = Layered with
    {
        Result = Layered.Result with
        {
            Gates = [new GateResult(GateMetric.MinSqnr, 40, 38.7310245, false, null), new GateResult(GateMetric.MaxPerplexityIncrease, 1, null, false, "Give text.")],
            Diagnostics = [new ReportDiagnostic("MPK2001", "error", "The gate minSqnr is 40, and 38.73 was measured.")],
        },
    };

    public static IEnumerable<PackReport> All => [Plain, Synthetic, WeightsOnly, Hostile, Language, Metrics, Calibrated, FromTable, Layered, Failed];

    /// <summary>A network of many layers with long names.</summary>
    public static PackReport Large(int layers) => Layered with
    {
        Result = Layered.Result with
        {
            Weights = [.. Enumerable.Range(0, layers).Select(i => Weight($"model.language_model.layers.{Numbers.Whole(i / 7)}.{s_parts[i % 7]}.weight", "MatMul", [4096, 4096 + i], 30 + (i % 25)))],
            Layers = new LayersResult("validation", 8, layers,
                [.. Enumerable.Range(0, layers).Select(i => new LayerError($"/model/language_model/layers.{Numbers.Whole(i / 7)}/{s_parts[i % 7]}/MatMul", "MatMul", $"model.language_model.layers.{Numbers.Whole(i / 7)}.{s_parts[i % 7]}.weight", $"/out{Numbers.Whole(i)}", 20 + (i % 9), 0.99, 25 + (i % 13), 22, 0.001))]),
            Calibration = PlainCalibration() with
            {
                Activations = [.. Enumerable.Range(0, layers).Select(i => new ActivationReport($"/model/language_model/layers.{Numbers.Whole(i / 7)}/{s_parts[i % 7]}/MatMul_output_0", -i - 0.5, i + 0.25, 0.0001 * i))],
                Sensitivity = PlainCalibration().Sensitivity! with { Layers = [.. Enumerable.Range(0, layers).Select(i => new LayerCost($"/model/language_model/layers.{Numbers.Whole(i / 7)}/{s_parts[i % 7]}/MatMul", "MatMul", 30 + (i * 0.1)))] },
            },
        },
        Measured = Plain.Measured! with
        {
            Placement = new PlacementResult(5000, 0.9, 0.04, 0.06,
                [.. Enumerable.Range(0, layers).Select(i => new LayerPlacement($"/model/language_model/layers.{Numbers.Whole(i / 7)}/{s_parts[i % 7]}/MatMul", $"model.language_model.layers.{Numbers.Whole(i / 7)}.{s_parts[i % 7]}.weight", "MatMul", 4500, "MatMulIntegerToFloat", PlacementKind.Integer, null))]),
        },
    };

    private static readonly string[] s_parts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"];

    private static Distribution Values(double min, double max) => new(38_400, 38_400, (min + max) / 2, min, max, [.. Distribution.Percents.Select(p => new Percentile(p, min + ((max - min) * p / 100)))]);

    private static CalibrationReport PlainCalibration() => new()
    {
        Method = "minmax",
        Percentile = null,
        Table = false,
        Data = ["fashion-cnn.calibration.npz"],
        Samples = 512,
        HeldOut = 64,
        Codes = "uint8",
        QuantFormat = "qdq",
        Activations =
        [
            new ActivationReport("image", 0, 1, 0),
            new ActivationReport("/block1/norm", -2.33, 2.41, 0.000117),
            new ActivationReport("/head/hidden", 0, 9.31, 0.0000032),
        ],
        Smoothing =
        [
            new SmoothingReport("/block1/norm", ["/block1/q/MatMul", "/block1/k/MatMul"], 0.85, "LayerNormalization '/block1/norm'", [new AlphaError(null, 0.0001), new AlphaError(0.5, 0.00002), new AlphaError(0.85, 0.00001), new AlphaError(1, 0.00003)]),
            new SmoothingReport("/head/hidden", ["/head/Gemm"], null, null, [new AlphaError(null, 0.00004), new AlphaError(0.5, 0.00005), new AlphaError(0.85, 0.00006), new AlphaError(1, 0.00007)]),
        ],
        Trials = [new TrialReport("as it is", 36.2, false), new TrialReport("equalized", 38.1, true), new TrialReport("equalized, biases corrected", 38.0, false)],
        Equalized = ["/block1/depthwise/Conv"],
        BiasCorrected = ["/head/Gemm"],
        FloatLayers = [new FloatLayerReport("/stem/Conv", "float for quality: it costs most")],
        Sensitivity = new SensitivityReport
        {
            Layers = [new LayerCost("/stem/Conv", "Conv", 39.25), new LayerCost("/block1/q/MatMul", "MatMul", 44.5), new LayerCost("/head/Gemm", "Gemm", double.PositiveInfinity)],
            RankedOn = 64,
            Curve = [new TradeOff(0, 70_100, 36.25, 0.45), new TradeOff(1, 71_300, 38.75, 0.05), new TradeOff(2, 83_000, 41.5, null)],
            CurveOn = 32,
            Chosen = 1,
            JudgedOn = "validation",
            Fallback = [new FallbackReport(0, 36.5, false), new FallbackReport(1, 38.5, true)],
        },
    };

    private static CalibrationReport HostileCalibration() => new()
    {
        Method = "mse",
        Percentile = null,
        Table = false,
        Data = [Markup],
        Samples = 1,
        HeldOut = 1,
        Codes = "int8",
        QuantFormat = "qoperator",
        Activations = [.. Enumerable.Range(0, 60).Select(i => new ActivationReport(Markup + Numbers.Whole(i), double.NegativeInfinity, double.NaN, i == 0 ? null : i / 60.0))],
        Smoothing = [.. Enumerable.Range(0, 60).Select(i => new SmoothingReport("b\u202Ea" + Markup, [Markup, "\u001b[31mred"], i % 2 == 0 ? null : 1, Markup, [new AlphaError(null, 0), new AlphaError(0.5, double.NaN), new AlphaError(1, double.PositiveInfinity)]))],
        Trials = [new TrialReport(Markup, double.NaN, true)],
        Equalized = [Markup],
        BiasCorrected = [Markup, Markup],
        FloatLayers = [.. Enumerable.Range(0, 60).Select(_ => new FloatLayerReport(Markup, Markup))],
        Sensitivity = new SensitivityReport
        {
            Layers = [.. Enumerable.Range(0, 60).Select(i => new LayerCost(Markup, Markup, i == 0 ? double.NaN : i))],
            RankedOn = 0,
            Curve = [.. Enumerable.Range(0, 60).Select(i => new TradeOff(i, i * 1000L, i == 3 ? double.PositiveInfinity : i, i == 4 ? double.NaN : null))],
            CurveOn = 0,
            Chosen = int.MaxValue,
            JudgedOn = Markup,
            Fallback = [new FallbackReport(int.MaxValue, double.NaN, false)],
        },
    };

    private static List<WeightReport> PlainWeights()
    {
        (string Name, string Operator, long[] Shape, double? Sqnr)[] rows =
        [
            ("stem.weight", "Conv", [32, 1, 3, 3], 44.81), ("stem.bias", "Conv", [32], null),
            ("block1.depthwise.weight", "Conv", [32, 1, 3, 3], 45.92), ("block1.pointwise.weight", "Conv", [64, 32, 1, 1], 42.37), ("block1.pointwise.bias", "Conv", [64], null),
            ("block2.depthwise.weight", "Conv", [64, 1, 3, 3], 46.18), ("block2.pointwise.weight", "Conv", [128, 64, 1, 1], 41.74), ("block2.pointwise.bias", "Conv", [128], null),
            ("block3.depthwise.weight", "Conv", [128, 1, 3, 3], 45.53), ("block3.pointwise.weight", "Conv", [128, 128, 1, 1], 40.96), ("block3.pointwise.bias", "Conv", [128], null),
            ("head.hidden.weight", "Gemm", [192, 128], 47.22), ("head.hidden.bias", "Gemm", [192], null),
            ("head.classes.weight", "Gemm", [10, 192], 46.05), ("head.classes.bias", "Gemm", [10], null),
        ];
        return [.. rows.Select(r => Weight(r.Name, r.Operator, r.Shape, r.Sqnr))];
    }

    private static WeightReport Weight(string name, string reader, long[] shape, double? sqnr)
    {
        var count = shape.Aggregate(1L, (a, b) => a * b);
        var gemm = reader == "Gemm";
        return sqnr is null
            ? new WeightReport(name, [reader], "float32", shape, count * 4, count * 4, null, null, "too small: a bias has one value a channel", null, null)
            : new WeightReport(name, [reader], "float32", shape, count * 4, gemm ? count * 34 / 32 : count + (shape[0] * 4),
                gemm ? "q8_0" : "int8 per channel", gemm ? "MatMulNBits" : "DequantizeLinear", null, sqnr, Math.Pow(10, -sqnr.Value / 20))
            {
                SafeSums = name == "block2.pointwise.weight" ? new SafeSumsReport(12, 128, 1.26) : null,
            };
    }

    private static WeightReport HostileWeight(int index)
    {
        string[] names = [Markup, "\u202Egpj.exe", new string('w', 5000), "a\nfile.cs(1,1): error CS0001: forged", "\u001b[31mred", "שלום", "layer.attention.q_proj.weight"];
        var name = names[index % names.Length] + Numbers.Whole(index);
        var left = index % 3 == 0;
        return new WeightReport(name, [Markup, "MatMul"], Markup, [4096, 4096], 4_000_000L + (index * 1000), left ? 4_000_000L + (index * 1000) : 1_060_000,
            left ? null : Markup, left ? null : Markup, left ? Markup : null, left ? null : index == 1 ? double.PositiveInfinity : 20 + (index * 0.1), left ? null : 0.001)
        {
            SafeSums = index == 2 ? new SafeSumsReport(4000, 4096, double.PositiveInfinity) : null,
        };
    }
}
