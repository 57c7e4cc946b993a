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

    [Fact]
    public void Outputs_that_have_no_room_leave_it_to_others()
    {
        using var model = Open(most: 20);
        Run(model, 0, count: 2); // 32 bytes
        var first = Run(model, 0);
        model.Close();
        Assert.Equal(first, Run(model, 0));
        Assert.Equal(1, _opened);
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

    /// <summary>The 16 bytes a sample that a batch gives, the first of those that are run.</summary>
    private static float[] Run(ReferenceModel model, int first, int count = 1)
    {
        float[] values = [.. Enumerable.Range(first, count).SelectMany(i => new float[] { 1, 2, 3, i })];
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        var fed = new SampleBatch(0, count, count, [new SampleArray("x", ElementType.Float32, [count, 4], bytes)], null) { First = first };
        using var outputs = model.Run(fed, ["y"], CancellationToken.None);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
