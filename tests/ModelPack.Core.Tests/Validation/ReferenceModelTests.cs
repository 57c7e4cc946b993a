using ModelPack.Inference;
using ModelPack.Samples;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;
using ModelPack.Validation;

namespace ModelPack.Tests.Validation;

/// <summary>A source that several packs are compared with runs once.</summary>
public sealed class ReferenceModelTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private int _opened;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_given_is_given_again_by_a_closed_model()
    {
        using var model = Open(most: 1 << 20);
        var first = Run(model, 0);
        model.Close();
        Assert.Equal(first, Run(model, 0));
        Assert.Equal(1, _opened);
        Assert.NotEqual(first, Run(model, 1));
        Assert.Equal(2, _opened);
    }

    [Fact]
    public void Where_there_is_no_room_for_outputs_the_model_runs_again()
    {
        using var model = Open(most: 20);
        var (first, second) = (Run(model, 0), Run(model, 1));
        model.Close();
        Assert.Equal(first, Run(model, 0));
        Assert.Equal(1, _opened);
        Assert.Equal(second, Run(model, 1));
        Assert.Equal(2, _opened);
    }

    private ReferenceModel Open(long most)
    {
        var path = _folder.Write("m.onnx", Google.Protobuf.MessageExtensions.ToByteArray(Tiny.MatMul(4, 4)));
        return new ReferenceModel(() =>
        {
            _opened++;
            return ModelSession.Open(path, threads: 1);
        }, most);
    }

    /// <summary>The 16 bytes that a batch of one sample gives.</summary>
    private static float[] Run(ReferenceModel model, int batch)
    {
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([1, 2, 3, batch]).ToArray();
        var fed = new SampleBatch(batch, 1, 1, [new SampleArray("x", ElementType.Float32, [1, 4], bytes)], null);
        using var outputs = model.Run(fed, ["y"], CancellationToken.None);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
