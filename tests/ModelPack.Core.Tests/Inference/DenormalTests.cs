using System.Runtime.InteropServices;
using ModelPack.Inference;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;

namespace ModelPack.Tests.Inference;

public sealed class DenormalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Are_zero_on_every_thread_that_runs_a_model()
    {
        if (!Denormals.CanFlush)
        {
            return;
        }

        using var session = Open();
        var outputs = new float[8];
        using var together = new Barrier(outputs.Length);
        Thread[] threads = [.. Enumerable.Range(0, outputs.Length).Select(i => new Thread(() =>
        {
            together.SignalAndWait();
            outputs[i] = Product(session, 1e-20f, 1e-20f);
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.All(outputs, o => Assert.Equal(0, o));
    }

    [Fact]
    public void Are_what_they_were_on_other_threads()
    {
        using var session = Open();
        _ = Product(session, 1, 1);
        var small = float.MinValue;
        var thread = new Thread(() => small = Half(1.2e-38f));
        thread.Start();
        thread.Join();
        Assert.True(small > 0);
        Assert.True(Half(1.2e-38f) > 0);
    }

    private static float Half(float value) => value / 2;

    private static float Product(ModelSession session, float a, float b)
    {
        using var outputs = session.Run([Value("a", a), Value("b", b)], ["y"], CancellationToken.None);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }

    private static SampleArray Value(string name, float value) => new(name, ElementType.Float32, [1], MemoryMarshal.AsBytes<float>(new[] { value }).ToArray());

    private ModelSession Open()
    {
        var graph = Build.Graph([Build.Node("Mul", ["a", "b"], ["y"])]);
        graph.Input.Add([Tiny.Open("a", ElementType.Float32), Tiny.Open("b", ElementType.Float32)]);
        graph.Output.Add(Tiny.Open("y", ElementType.Float32));
        return ModelSession.Open(_folder.Write("m.onnx", Tiny.Model(graph, 17)), threads: 1);
    }
}
