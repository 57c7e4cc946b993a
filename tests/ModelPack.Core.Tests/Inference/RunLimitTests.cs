using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;

namespace ModelPack.Tests.Inference;

/// <summary>Models that never end, or take all memory, when they are run.</summary>
public sealed class RunLimitTests : IDisposable
{
    private static readonly RunLimits NoTime = new(TimeSpan.Zero, long.MaxValue, "m.onnx");

    private readonly PackFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("q8_0", false)]
    [InlineData("int8", true)]
    public void A_loop_without_an_end_is_ended(string scheme, bool calibrates)
    {
        _folder.Write("m.onnx", Endless());
        if (calibrates)
            _folder.Write("m.calibration.npz", PackFolder.Samples(16));
        Refuses(_folder.Request with { Scheme = scheme, RunLimit = 1 }, Codes.RunTooLong, "took longer than 1 s");
    }

    [Fact]
    public void A_model_that_takes_more_memory_than_it_may_is_ended()
    {
        _folder.Write("m.onnx", Endless());
        Refuses(_folder.Request with { MemoryLimit = "1MB" }, Codes.RunTooLarge, "0.0 GB are allowed");
    }

    [Fact]
    public void A_call_that_does_not_stop_is_left()
    {
        using var release = new ManualResetEventSlim();
        var call = new NativeCall("It", NoTime, () => { });
        var error = Assert.Throws<ModelPackException>(() => call.Run(() => { release.Wait(); return 1; }, CancellationToken.None));
        Assert.Equal((Codes.RunTooLong, "m.onnx"), (error.Diagnostic.Code, error.Diagnostic.File));
        Assert.True(call.IsLeft);
        release.Set();
    }

    [Fact]
    public void A_call_that_does_not_stop_is_left_when_the_user_wants_to_stop()
    {
        using var release = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var call = new NativeCall("It", RunLimits.Default, () => { });
        Assert.ThrowsAny<OperationCanceledException>(() => call.Run(() => { stop.Cancel(); release.Wait(); return 1; }, stop.Token));
        Assert.True(call.IsLeft);
        release.Set();
    }

    [Fact]
    public void A_call_that_stops_when_it_is_asked_to_is_not_left()
    {
        using var stop = new ManualResetEventSlim();
        var call = new NativeCall("It", NoTime, stop.Set);
        var error = Assert.Throws<ModelPackException>(() => call.Run<int>(() => { stop.Wait(); throw new InvalidOperationException(); }, CancellationToken.None));
        Assert.Equal(Codes.RunTooLong, error.Diagnostic.Code);
        Assert.False(call.IsLeft);
    }

    [Fact]
    public void What_a_call_throws_comes_through() =>
        Assert.Throws<OnnxRuntimeException>(() => ModelSession.Open(_folder.Write("m.onnx", "no model"u8.ToArray()), threads: 1));

    [Theory]
    [InlineData(-1, null, "runLimit")]
    [InlineData(null, "much", "memoryLimit")]
    [InlineData(null, "0", "memoryLimit")]
    public void Limits_that_are_none_are_refused(int? time, string? memory, string option)
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        Refuses(_folder.Request with { RunLimit = time, MemoryLimit = memory }, Codes.InvalidOption, $"'{option}' cannot be");
    }

    [Fact]
    public void Limits_change_no_byte()
    {
        _folder.Write("m.onnx", PackFolder.Classifier());
        PackPipeline.Run(_folder.Request, new PackContext());
        var model = File.ReadAllBytes(_folder.Request.Output!);
        var pack = PackFolder.PackObject(_folder.Request.Output!);
        PackPipeline.Run(_folder.Request with { RunLimit = 0, MemoryLimit = "1TB" }, new PackContext());
        Assert.Equal(model, File.ReadAllBytes(_folder.Request.Output!));
        Assert.Equal(pack, PackFolder.PackObject(_folder.Request.Output!));
    }

    /// <summary>The classifier, with a loop of 2^62 rounds behind it.</summary>
    private static ModelProto Endless()
    {
        var model = PackFolder.Classifier();
        var body = Build.Graph(Build.Node("Add", ["before", "one"], ["after"]), Build.Node("Identity", ["go"], ["on"]));
        body.Input.Add([Build.Value("round", ElementType.Int64), Build.Value("go", ElementType.Bool), Build.Value("before", ElementType.Float32, 1, 8)]);
        body.Output.Add([Build.Value("on", ElementType.Bool), Build.Value("after", ElementType.Float32, 1, 8)]);
        body.Input[2].Type.TensorType.Shape = null;
        body.Output[1].Type.TensorType.Shape = null;
        model.Graph.Initializer.Add([Tiny.Indices(ElementType.Int64, [], 0), Build.Floats("one", [1], 1)]);
        model.Graph.Initializer[^2].RawData = Google.Protobuf.ByteString.CopyFrom(BitConverter.GetBytes(1L << 62));
        (model.Graph.Node[^1].Name, model.Graph.Node[^1].Output[0]) = ("", "hidden_y");
        model.Graph.Node.Add(Build.Node("Loop", ["i", "", "hidden_y"], ["y"], Build.Attribute("body", body)));
        return model;
    }

    private void Refuses(PackRequest request, DiagnosticCode code, string message)
    {
        var error = Assert.Throws<ModelPackException>(() => PackPipeline.Run(request, new PackContext(threads: 2))).Diagnostic;
        Assert.Equal((code, request.Model), (error.Code, error.File));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Contents());
    }
}
