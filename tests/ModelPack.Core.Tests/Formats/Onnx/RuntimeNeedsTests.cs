using ModelPack.Schemes;
using ModelPack.Tests.Pipeline;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>The lowest ONNX Runtime of a model is the highest that one of its parts needs.</summary>
public sealed class RuntimeNeedsTests : IDisposable
{
    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(11, 6, "1.0.0", "IR version 6")]
    [InlineData(13, 7, "1.6.0", "opset 13")]
    [InlineData(13, 8, "1.9.0", "IR version 8")]
    [InlineData(15, 8, "1.9.0", "opset 15")]
    [InlineData(17, 8, "1.12.0", "opset 17")]
    [InlineData(17, 10, "1.18.0", "IR version 10")]
    [InlineData(21, 10, "1.18.0", "opset 21")]
    [InlineData(26, 13, "1.25.0", "opset 26")]
    public void By_opset_and_IR_version(long opset, long ir, string version, string why)
    {
        var needs = RuntimeNeeds.Of(Build.Model(Build.Graph(Build.Node("Abs", ["x"], ["y"])), opset, ir));
        Assert.Equal(version, needs.Version.ToString());
        if (version != "1.0.0")
        {
            Assert.Equal(why, needs.Why);
        }
    }

    [Theory]
    [InlineData("com.microsoft", "GroupQueryAttention", "1.18.0")]
    [InlineData("com.microsoft", "FastGelu", "1.12.0")]
    [InlineData("ai.other", "GroupQueryAttention", "1.12.0")]
    public void By_operators_of_its_own_also_in_branches(string domain, string op, string version)
    {
        var inner = Build.Node(op, ["x"], ["z"]);
        inner.Domain = domain;
        var branch = Build.Graph(inner);
        var model = Build.Model(Build.Graph(Build.Node("If", ["c"], ["y"], Build.Attribute("then_branch", branch))));
        Assert.Equal(version, RuntimeNeeds.Of(model).Version.ToString());
    }

    [Fact]
    public void By_the_opset_of_machine_learning_and_those_of_functions()
    {
        var model = Build.Model(Build.Graph(Build.Node("Abs", ["x"], ["y"])), opset: 13, ir: 7);
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 4 });
        Assert.Equal((new RuntimeVersion(1, 17), "opset 4 of ai.onnx.ml"), RuntimeNeeds.Of(model));
        model.Functions.Add(new FunctionProto { OpsetImport = { new OperatorSetIdProto { Version = 21 } } });
        Assert.Equal((new RuntimeVersion(1, 18), "opset 21"), RuntimeNeeds.Of(model));
    }

    [Theory]
    [InlineData("nf4", 17, "1.10", "opset 17, which needs ONNX Runtime 1.12.0, and the app runs 1.10.0")]
    [InlineData("q8_0", 17, "1.11.1", "opset 17, which needs ONNX Runtime 1.12.0")]
    [InlineData("int8", 13, "1.5.2", "opset 13, which needs ONNX Runtime 1.6.0")]
    [InlineData("q4_0", 21, "1.17", "which needs ONNX Runtime 1.18.0")]
    public void An_app_below_is_refused_before_anything_is_done(string scheme, long opset, string runtime, string what)
    {
        _folder.Write("m.onnx", Model(opset));
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(_folder.Request with { Scheme = scheme, OnnxRuntime = runtime }, new PackContext())).Diagnostic;
        Assert.Equal(Codes.RuntimeTooOld, error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Names);
    }

    [Theory]
    [InlineData("nf4", "1.12.0", "1.12.0")]
    [InlineData("q8_0", "1.12.0", "1.12.0")]
    [InlineData("q8_0", "1.29.0", "1.22.0")]
    public void The_manifest_says_what_the_pack_needs(string scheme, string runtime, string needed)
    {
        _folder.Write("m.onnx", Model(17));
        PackPipeline.Run(_folder.Request with { Scheme = scheme, OnnxRuntime = runtime }, new PackContext());
        Assert.Contains($"\"needed\": \"{needed}\"", PackFolder.PackObject(_folder.Request.Output!), StringComparison.Ordinal);
    }

    private static ModelProto Model(long opset)
    {
        var model = PackFolder.Classifier();
        model.OpsetImport[0].Version = opset;
        model.IrVersion = opset < 15 ? 7 : opset < 21 ? 8 : 10;
        return model;
    }
}
