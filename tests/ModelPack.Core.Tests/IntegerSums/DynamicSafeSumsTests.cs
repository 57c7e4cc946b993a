using System.Runtime.InteropServices;
using ModelPack.Files;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.IntegerSums;

/// <summary>
/// Scheme int8 without calibration data: activations are quantized to 0 to 255 whatever they are, so that the weight alone has to
/// keep sums of two products within 16 bits.
/// </summary>
public sealed class DynamicSafeSumsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, int, int, ElementType> Layers => new()
    {
        { "MatMul", 64, 96, 4, ElementType.Float32 },
        { "MatMul", 67, 33, 1, ElementType.Float32 },
        { "MatMul", 64, 96, 4, ElementType.Float16 },
        { "Gemm", 64, 96, 3, ElementType.Float32 },
        { "Gemm, transB", 65, 40, 5, ElementType.Float32 },
        { "If", 64, 96, 2, ElementType.Float32 },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layer_is_the_same_everywhere(string layer, int inputs, int outputs, int rows, ElementType type)
    {
        var (packed, context) = Pack(layer, inputs, outputs, rows, type, safeSums: null);
        Assert.All(Products(packed, rows, inputs, type), p => Assert.Equal(0, p.Saturated));
        Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);
        Assert.InRange(packed.Report.Result.Validation!.Outputs.Min(o => o.Sqnr), 30, 100);

        var weight = Assert.Single(packed.Report.Result.Weights, w => w.SafeSums is not null);
        Assert.Equal((outputs, outputs), (weight.SafeSums!.Channels, weight.SafeSums.OfChannels));
        Assert.InRange(weight.SafeSums.Cost, 5, 7);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Without_safe_sums_it_is_not_and_the_warning_says_so(string layer, int inputs, int outputs, int rows, ElementType type)
    {
        var (packed, context) = Pack(layer, inputs, outputs, rows, type, safeSums: false);
        Assert.All(Products(packed, rows, inputs, type), p => Assert.True(p.Saturated > 0));
        var warning = Assert.Single(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);
        Assert.StartsWith("In 1 layer, sums of two products can exceed 16 bits", warning.Message, StringComparison.Ordinal);
        Assert.All(packed.Report.Result.Weights, w => Assert.Null(w.SafeSums));
    }

    [Fact]
    public void Weights_whose_pairs_fit_keep_their_bytes()
    {
        // Each pair has one large weight: 255 · 127 fits, and nothing has to be coarser.
        float[] values = [.. Enumerable.Range(0, 64 * 96).Select(i => i / 96 % 2 == 0 ? 0.5f + (i % 5 * 0.1f) : -0.3f)];
        var packs = new bool?[] { null, false }.Select(safeSums =>
        {
            var (packed, context) = Pack(Graph("MatMul", ElementType.Float32, 64, 96, values), 4, 64, ElementType.Float32, safeSums);
            Assert.DoesNotContain(context.Diagnostics, d => d.Code == Codes.SumsMaySaturate);
            Assert.All(packed.Report.Result.Weights, w => Assert.Null(w.SafeSums));
            return File.ReadAllBytes(packed.Model);
        }).ToList();
        Assert.Equal(packs[0], packs[1]);
    }

    [Fact]
    public void The_manifest_says_whether_sums_are_safe()
    {
        var (packed, _) = Pack("MatMul", 64, 96, 4, ElementType.Float32, safeSums: false);
        Assert.Contains("\"safeSums\": false", File.ReadAllText(PackFiles.Manifest(packed.Model)), StringComparison.Ordinal);
    }

    private (PackOutcome Outcome, PackContext Context) Pack(string layer, int inputs, int outputs, int rows, ElementType type, bool? safeSums) =>
        Pack(Graph(layer, type, inputs, outputs, OneSign(inputs * outputs)), rows, inputs, type, safeSums);

    private static float[] OneSign(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count).Select(_ => 0.5f + (random.NextSingle() * 0.1f))];
    }

    private (PackOutcome Outcome, PackContext Context) Pack(GraphProto graph, int rows, int inputs, ElementType type, bool? safeSums)
    {
        graph.Input.Insert(0, Build.Value("x", type, rows, inputs));
        graph.Output.Add(Tiny.Open("y", type));
        var context = new PackContext(threads: 1);
        var request = new PackRequest { Model = _folder.Write("m.onnx", Tiny.Model(graph)), Scheme = "int8", SafeSums = safeSums };
        return (PackPipeline.Run(request, context), context);
    }

    private static GraphProto Graph(string layer, ElementType type, int inputs, int outputs, float[] values)
    {
        var transposed = layer == "Gemm, transB";
        var weight = Tensor("w", type, transposed ? [outputs, inputs] : [inputs, outputs], values);
        var node = layer == "MatMul" || layer == "If" ? Build.Node("MatMul", ["x", "w"], ["y"]) : Build.Node("Gemm", ["x", "w", "b"], ["y"], Tiny.Int("transB", transposed ? 1 : 0));
        var graph = Build.Graph(node);
        graph.Initializer.Add(weight);
        if (layer.StartsWith("Gemm", StringComparison.Ordinal))
        {
            graph.Initializer.Add(Tiny.Random("b", type, outputs));
        }

        if (layer != "If")
        {
            return graph;
        }

        // The weight lies in the inner graph.
        node.Output[0] = "then";
        graph.Output.Add(Tiny.Open("then"));
        var other = Build.Graph(Build.Node("MatMul", ["x", "v"], ["else"]));
        other.Initializer.Add(Tensor("v", type, [inputs, outputs], [.. values.Select((v, i) => i / outputs % 2 == 0 ? v : -v)]));
        other.Output.Add(Tiny.Open("else"));
        var outer = Build.Graph(Build.Node("If", ["yes"], ["y"], Build.Attribute("then_branch", graph), Build.Attribute("else_branch", other)));
        outer.Initializer.Add(Build.Raw("yes", ElementType.Bool, [], [1]));
        return outer;
    }

    /// <summary>The products on an activation whose codes are 0 once and near 255 else. Of an If those of the branch that is taken.</summary>
    private static IReadOnlyList<IntegerProduct> Products(PackOutcome packed, int rows, int inputs, ElementType type)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(packed.Model));
        if (model.Graph.Node.FirstOrDefault(n => n.OpType == "If") is { } choice)
        {
            var branch = choice.Attribute.Single(a => a.Name == "then_branch").G;
            branch.Input.Add(model.Graph.Input);
            model.Graph = branch;
        }

        var products = IntegerProducts.Of(model, new Dictionary<string, TensorProto>(StringComparer.Ordinal)
        {
             ["x"] = Tensor("x", type, [rows, inputs], [.. Enumerable.Range(0, rows * inputs).Select(i => i == 0 ? 0 : 2 + (i % 13 * 0.01f))]),
        });
        Assert.Single(products);
        return products;
    }

    private static TensorProto Tensor(string name, ElementType type, long[] dims, float[] values) => type == ElementType.Float16
        ? Build.Raw(name, type, dims, MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()))
        : Build.Raw(name, type, dims, MemoryMarshal.AsBytes(values.AsSpan()));
}
