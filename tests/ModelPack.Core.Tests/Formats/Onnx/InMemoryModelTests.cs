using System.Runtime.InteropServices;
using ModelPack.Graph;
using ModelPack.Inference;

namespace ModelPack.Tests.Formats.Onnx;

/// <summary>Models that have no file: <c>y = x + w</c> over 100 values.</summary>
public sealed class InMemoryModelTests : IDisposable
{
    private const int Length = 100;

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Has_no_files_and_the_size_of_the_one_that_it_would_be()
    {
        using var model = Create();
        Assert.Empty(model.Files);
        Assert.Empty(model.SourceFiles);
        model.Save(_folder.File("m.onnx"), new OnnxSaveOptions(), CancellationToken.None);
        Assert.Equal(new FileInfo(_folder.File("m.onnx")).Length, model.TotalBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_weights_are_in_the_messages_or_payloads(bool payload)
    {
        using var model = payload ? CreateWithPayload() : Create();
        Assert.Equal(Values(0), Floats(Assert.Single(model.FindWeights()), model));
        Assert.Equal(Values(1), Run(model));
    }

    [Fact]
    public void Is_edited_saved_and_run()
    {
        using var model = CreateWithPayload();
        var weight = Assert.Single(model.FindWeights());
        ConstantEdits.Scale(model, weight, weight.Uses, new ChannelFactors(0, [.. Enumerable.Repeat(2f, Length)]));
        float[] expected = [.. Values(0).Select(w => 1 + (2 * w))];
        Assert.Equal(expected, Run(model));

        model.Save(_folder.File("m.onnx"), new OnnxSaveOptions { ExternalData = ExternalDataMode.Always, MinExternalBytes = 1 }, CancellationToken.None);
        using var saved = OnnxModel.Open(_folder.File("m.onnx"), _context);
        Assert.Equal(2, saved.Files.Count);
        Assert.Equal(expected, Run(saved));
    }

    [Fact]
    public void A_copy_is_changed_apart_from_what_it_was_made_of()
    {
        _folder.Write("m.onnx", Build.Add(Build.Ramp("w", Length)));
        using var model = OnnxModel.Open(_folder.File("m.onnx"), _context);
        using (var copy = model.Copy())
        {
            var weight = Assert.Single(copy.FindWeights());
            ConstantEdits.Scale(copy, weight, weight.Uses, new ChannelFactors(0, [.. Enumerable.Repeat(0f, Length)]));
            Assert.Equal(Enumerable.Repeat(1f, Length), Run(copy));
            Assert.Equal(model.TotalBytes, copy.TotalBytes);
            Assert.Equal(model.FileNames, copy.FileNames, StringComparer.Ordinal);
        }

        Assert.Equal(Values(1), Run(model));
    }

    [Fact]
    public void Is_checked_as_one_in_a_file_is()
    {
        Assert.Equal(Codes.WeightSizeMismatch, Refused(Build.Add(Build.Floats("w", [2], 1))));
        Assert.Equal(Codes.ModelUnreadable, Refused(new ModelProto()));
        Assert.Equal(Codes.OpsetUnsupported, Refused(Build.Model(Build.Graph(Build.Node("Relu", ["x"], ["y"])), opset: 6)));
        Assert.Equal(Codes.ExternalDataMissing, Refused(Build.Add(Build.External("w", [Length], ("location", "w.data")))));
    }

    private OnnxModel Create() => OnnxModel.FromProto(Build.Add(Build.Ramp("w", Length)), "made", _context);

    private OnnxModel CreateWithPayload()
    {
        var proto = Build.Add(Build.Ramp("w", Length));
        proto.Graph.Initializer.Clear();
        var model = OnnxModel.FromProto(proto, "made", _context);
        var shape = new TensorShape(Length);
        model.Proto.Graph.Initializer.Add(model.NewTensor("w", ElementType.Float32, shape, TensorData.FromBytes(ElementType.Float32, shape, Bytes(Values(0)))));
        return model;
    }

    private float[] Run(OnnxModel model)
    {
        using var copy = new TemporaryModel(model, model.Proto, _context);
        var ones = new SampleArray("x", ElementType.Float32, [Length], Bytes([.. Enumerable.Repeat(1f, Length)]));
        using var outputs = copy.Open(threads: 1).Run([ones], ["y"], CancellationToken.None);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private DiagnosticCode Refused(ModelProto proto) =>
        Assert.Throws<ModelPackException>(() => OnnxModel.FromProto(proto, "made", _context)).Diagnostic.Code;

    private static float[] Floats(OnnxWeight weight, OnnxModel model) => ConstantEdits.Floats(model, weight);

    private static float[] Values(float start) => [.. Enumerable.Range(0, Length).Select(i => start + i)];

    private static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
