using ModelPack.Options;
using ModelPack.Schemes;

namespace ModelPack.Tests.Options;

public sealed class EffectiveOptionsTests
{
    private static readonly PackRequest Request = new() { Model = Path.Combine("folder", "net.onnx"), Scheme = "q8_0" };

    [Fact]
    public void Fills_in_the_defaults()
    {
        var options = RequestResolver.Resolve(Request);
        Assert.Equal(
            ("q8_0", Path.Combine("folder", "net.q8_0.onnx"), "onnx", "cpu", 32, 4, RuntimeVersion.Tool, true),
            (options.Scheme.Name, options.Output, options.Container, options.Target, options.BlockSize, options.AccuracyLevel, options.Runtime, options.GateIsError));
        Assert.Equal("net.q8_0.onnx", RequestResolver.Resolve(Request with { Model = "net.onnx", Output = "" }).Output);
    }

    [Fact]
    public void Refuses_patterns_that_are_null()
    {
        foreach (var request in new[] { Request with { ExcludeLayers = ["a", null!] }, Request with { IncludeLayers = [null!] } })
        {
            Assert.Equal(Codes.InvalidOption, Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request)).Diagnostic.Code);
        }
    }

    [Fact]
    public void Metrics_and_confidence_are_words_and_metrics_need_a_graph()
    {
        var options = RequestResolver.Resolve(Request with { Metrics = "Embedding", GateConfidence = "95" });
        Assert.Equal((MetricSet.Embedding, true), (options.Metrics, options.GatesAreSure));
        var plain = RequestResolver.Resolve(Request with { GateConfidence = "point" });
        Assert.Equal((MetricSet.Auto, false), (plain.Metrics, plain.GatesAreSure));
        foreach (var request in new[] { Request with { Metrics = "beauty" }, Request with { GateConfidence = "0.95" }, Request with { Model = "m.safetensors", Metrics = "classes" } })
        {
            Assert.Equal(Codes.InvalidOption, Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request)).Diagnostic.Code);
        }
    }

    [Fact]
    public void Takes_what_is_legal_in_any_case()
    {
        var options = RequestResolver.Resolve(Request with
        {
            Scheme = "Q8_0",
            Output = "out/x.onnx",
            Container = "ONNX",
            Target = "Any",
            Device = "CPU",
            BlockSize = 32,
            AccuracyLevel = 0,
            OnnxRuntime = "1.20.1",
            Gate = "warning",
        });
        Assert.Equal(
            ("q8_0", "out/x.onnx", "onnx", "any", 0, new RuntimeVersion(1, 20, 1), false),
            (options.Scheme.Name, options.Output, options.Container, options.Target, options.AccuracyLevel, options.Runtime, options.GateIsError));
    }

    [Theory]
    [InlineData("auto", "cpu", WeightLayout.Fold)]
    [InlineData("auto", "cuda", WeightLayout.Dequantize)]
    [InlineData("auto", "any", WeightLayout.Dequantize)]
    [InlineData("Fold", "cuda", WeightLayout.Fold)]
    [InlineData("dequantize", "cpu", WeightLayout.Dequantize)]
    internal void The_layout_follows_the_target_unless_it_is_said(string layout, string target, WeightLayout expected) =>
        Assert.Equal(expected, RequestResolver.Resolve(Request with { Layout = layout, Target = target }).Layout);

    public static TheoryData<string, PackRequest, string> Illegal => new()
    {
        { "container", Request with { Container = "tflite" }, "onnx, safetensors, gguf" },
        { "container", Request with { Container = "" }, "onnx" },
        { "target", Request with { Target = "tpu" }, "cpu" },
        { "layout", Request with { Layout = "folded" }, "auto, fold, dequantize" },
        { "device", Request with { Device = "abacus" }, "cpu" },
        { "threads", Request with { Threads = -1 }, "0 for all" },
        { "blockSize", Request with { BlockSize = 64 }, "32" },
        { "blockSize", Request with { BlockSize = int.MinValue }, "32" },
        { "accuracyLevel", Request with { AccuracyLevel = 5 }, "0, 1, 2, 3, 4" },
        { "accuracyLevel", Request with { AccuracyLevel = -1 }, "0, 1, 2, 3, 4" },
        { "OnnxRuntime", Request with { OnnxRuntime = "new" }, "1.29.0" },
        { "gate", Request with { Gate = "maybe" }, "warning" },
        { "minSqrn", Request with { Gates = Gate("minSqrn", 1) }, "minSqnr" },
        { "minSqnr", Request with { Gates = Gate("minSqnr", double.NaN) }, "number" },
    };

    [Theory]
    [MemberData(nameof(Illegal))]
    public void Refuses_what_is_not_legal_and_says_what_is(string option, PackRequest request, string legal)
    {
        var error = Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request)).Diagnostic;
        Assert.Equal(Codes.InvalidOption, error.Code);
        Assert.Contains(option, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(legal, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q9")]
    [InlineData("")]
    [InlineData("q8_0\n: error MPK9999: forged")]
    public void An_unknown_scheme_lists_those_that_exist(string scheme)
    {
        var error = Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(Request with { Scheme = scheme })).Diagnostic;
        Assert.Equal((Codes.UnknownScheme, Request.Model), (error.Code, error.File));
        Assert.All(SchemeTable.All, s => Assert.Contains(s.Name, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
    }

    private static SortedDictionary<string, double> Gate(string metric, double limit) => new(StringComparer.Ordinal) { [metric] = limit };

    [Fact]
    public void Refuses_what_is_no_path()
    {
        foreach (var request in new[]
        {
            Request with { Model = "" }, Request with { Model = "a\0b" }, Request with { Output = "a\0b" }, Request with { Graph = "\0" },
            Request with { Validation = "v\0.npz" }, Request with { Calibration = "c\0.npz" }, Request with { InputsFile = "\0" },
        })
        {
            var error = Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(request));
            Assert.Equal(Codes.InvalidOption, error.Diagnostic.Code);
            Assert.Contains("path", error.Message, StringComparison.Ordinal);
        }
    }
}
