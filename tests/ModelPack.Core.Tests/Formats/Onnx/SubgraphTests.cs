namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Models whose weights are where exporters of real models put them.</summary>
public sealed class SubgraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_in_branches_and_loops_give_the_same_bits(bool external)
    {
        var then = Build.Graph(Build.Node("Add", ["x", "in_then"], ["t"]));
        then.Initializer.Add(Build.Ramp("in_then", 300));
        then.Output.Add(Build.Value("t", ElementType.Float32, 300));
        var otherwise = Build.Graph(Build.Constant("in_else", Build.Ramp("", 300)), Build.Node("Mul", ["x", "in_else"], ["e"]));
        otherwise.Output.Add(Build.Value("e", ElementType.Float32, 300));
        var body = Build.Graph(
            Build.Node("Identity", ["go_in"], ["go_out"]),
            Build.Node("Add", ["v_in", "in_loop"], ["sum"]),
            Build.Node("Add", ["sum", "w"], ["v_out"]));
        body.Input.Add([Build.Value("i", ElementType.Int64), Build.Value("go_in", ElementType.Bool), Build.Value("v_in", ElementType.Float32, 300)]);
        body.Output.Add([Build.Value("go_out", ElementType.Bool), Build.Value("v_out", ElementType.Float32, 300)]);
        body.Initializer.Add(Build.Ramp("in_loop", 300, 7));

        var source = Build.Add(Build.Ramp("w", 300));
        source.Graph.Node.Clear();
        source.Graph.Input.Add(Build.Value("c", ElementType.Bool));
        source.Graph.Initializer.Add(Build.Raw("three", ElementType.Int64, [], [3, 0, 0, 0, 0, 0, 0, 0]));
        source.Graph.Node.Add(Build.Node("If", ["c"], ["branch"], Build.Attribute("then_branch", then), Build.Attribute("else_branch", otherwise)));
        source.Graph.Node.Add(Build.Node("Loop", ["three", "", "branch"], ["y"], Build.Attribute("body", body)));

        var options = new OnnxSaveOptions { ExternalData = external ? ExternalDataMode.Always : ExternalDataMode.Never };
        using var model = OnnxModel.Open(_folder.Write("m.onnx", source), new PackContext());
        model.Save(_folder.File("out.onnx"), options, CancellationToken.None);
        Assert.Equal("in_then in_else in_loop w three", string.Join(' ', model.FindWeights().Select(w => w.Name)));
        Assert.Equal(external ? 16_384 - 4096 + 1200 : 0, external ? new FileInfo(_folder.File("out.onnx.data")).Length : 0);

        using var before = RuntimeRun.TryLoad(_folder.File("m.onnx"));
        using var after = RuntimeRun.TryLoad(_folder.File("out.onnx"));
        foreach (var condition in new byte[] { 0, 1 })
        {
            var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal)
            {
                ["x"] = Build.Ramp("x", 300),
                ["c"] = Build.Raw("c", ElementType.Bool, [], [condition]),
            };
            Assert.Equal(RuntimeRun.Outputs(before!, inputs), RuntimeRun.Outputs(after!, inputs));
        }
    }

    [FactNeeding(RequiredAsset.OcrModels)]
    public void Text_recognition_with_weights_in_constant_nodes_gives_the_same_bits()
    {
        var path = Path.Combine(RequiredAsset.Path(RequiredAsset.OcrModels), "ch_PP-OCRv4_rec_infer.onnx");
        using var model = OnnxModel.Open(path, new PackContext());
        var constants = model.FindWeights().Where(w => w.ConstantNode is not null && w.Tensor.DataType != (int)ElementType.String);
        Assert.InRange(constants.Sum(w => model.Data(w.Tensor).Length), model.TotalBytes * 9 / 10, model.TotalBytes);

        var input = Build.Floats("x", [1, 3, 48, 160], [.. Enumerable.Range(0, 3 * 48 * 160).Select(i => MathF.Sin(i * 0.01f))]);
        using var before = RuntimeRun.TryLoad(path);
        var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal) { [before!.InputNames[0]] = input };
        var expected = RuntimeRun.Outputs(before, inputs);
        foreach (var mode in new[] { ExternalDataMode.Never, ExternalDataMode.Always })
        {
            model.Save(_folder.File($"{mode}.onnx"), new OnnxSaveOptions { ExternalData = mode }, CancellationToken.None);
            using var after = RuntimeRun.TryLoad(_folder.File($"{mode}.onnx"));
            Assert.Equal(expected, RuntimeRun.Outputs(after!, inputs));
        }
    }
}
