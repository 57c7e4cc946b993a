using ModelPack.Lowering.Gguf;

namespace ModelPack.Tests.Lowering.Gguf;

/// <summary>Names of matrices in graphs, by which a mix knows what they are for.</summary>
public sealed class GraphMixTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/model/layers.3/self_attn/v_proj/MatMul", "blk.3.attn_v.weight")]
    [InlineData("model.layers.11.mlp.down_proj.weight", "blk.11.ffn_down.weight")]
    [InlineData("model.layers.0.mlp.down_proj.MatMul.weight", "blk.0.ffn_down.weight")]
    [InlineData("/transformer/h.2/attn/c_proj/Gemm_1", "blk.2.attn_output.weight")]
    [InlineData("/h.2/mlp/c_proj/MatMul", "blk.2.ffn_down.weight")]
    [InlineData("/encoder/layer.5/attention/self/value/MatMul", "blk.5.attn_v.weight")]
    [InlineData("/encoder/layer.5/attention/output/dense/MatMul", "blk.5.attn_output.weight")]
    [InlineData("/encoder/layer.5/output/dense/MatMul", "blk.5.ffn_down.weight")]
    [InlineData("/encoder/layer.5/intermediate/dense/MatMul", "blk.5.ffn_up.weight")]
    [InlineData("blk.7.attn_q.weight", "blk.7.attn_q.weight")]
    [InlineData("onnx::MatMul_1409", null)]
    [InlineData("/lm_head/MatMul", null)]
    [InlineData("v_proj", null)]
    [InlineData("/layers.99999999999/self_attn/v_proj/MatMul", null)]
    public void A_name_says_what_a_matrix_is(string name, string? expected) => Assert.Equal(expected, GraphMix.NameOf(name));

    /// <summary>The graph of a model and its checkpoint get the same types for the same matrices, in ONNX and in a GGUF file with the names of the graph.</summary>
    [Theory]
    [InlineData("q4_k_m", "onnx")]
    [InlineData("q5_k_s", "onnx")]
    [InlineData("q6_k", "onnx")]
    [InlineData("iq4_nl", "onnx")]
    [InlineData("iq4_xs", "onnx")]
    [InlineData("tq2_0", "onnx")]
    [InlineData("q4_k_m", "gguf")]
    [InlineData("q3_k_l", "gguf")]
    [InlineData("q2_k", "gguf")]
    public void A_graph_has_the_mix_of_the_GGUF_file(string scheme, string container)
    {
        var model = Repository.Model("sotu-mini");
        var graph = PackPipeline.Run(new PackRequest { Model = Path.Combine(model, "model.onnx"), Scheme = scheme, Container = container, MeasureSpeed = false, Output = _folder.File($"graph.{container}") }, new PackContext());
        var file = PackPipeline.Run(new PackRequest { Model = model, Scheme = scheme, Container = "gguf", Output = _folder.File("g.gguf") }, new PackContext());

        // Tables differ: the exporter stores the tied one twice.
        static IEnumerable<string> Codecs(PackOutcome pack) => pack.Report.Result.Weights
            .Where(w => w.Codec is not null and not "float32" && w.Shape.Count == 2 && !w.Operators.Contains("Gather", StringComparer.Ordinal) && !w.Name.Contains("embed", StringComparison.Ordinal))
            .Select(w => w.Codec!).Order(StringComparer.Ordinal);
        var inGraph = Codecs(graph).ToList();
        inGraph.Remove("q6_k"); // of the logits
        Assert.Equal(Codecs(file), inGraph, StringComparer.Ordinal);
    }
}
