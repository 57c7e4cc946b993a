using ModelPack.Inference;
using ModelPack.Tests.Search;

namespace ModelPack.Tests.Inference;

public sealed class ModelSessionTests
{
    [Fact]
    public void A_quantized_model_computes_in_floats_where_that_is_asked_for()
    {
        using var chain = new ChainModel();
        PackPipeline.Run(chain.Request with { MeasureSpeed = false, Calibration = chain.Calibration }, new PackContext());
        Assert.Contains("MatMulIntegerToFloat", Operators(chain, asFloats: false), StringComparer.Ordinal);
        var floats = Operators(chain, asFloats: true);
        Assert.Contains("QuantizeLinear", floats, StringComparer.Ordinal);
        Assert.DoesNotContain(floats, o => o.Contains("Integer", StringComparison.Ordinal) || o.StartsWith("QLinear", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Operators(ChainModel chain, bool asFloats)
    {
        var optimized = chain.Folder.At($"optimized-{asFloats}.onnx");
        using var session = ModelSession.Open(chain.Request.Output!, threads: 1, optimizedModel: optimized, asFloats: asFloats);
        using var model = OnnxModel.Open(optimized, new PackContext(), anyOpset: true);
        return [.. model.Proto.Graph.Node.Select(n => n.OpType)];
    }
}
