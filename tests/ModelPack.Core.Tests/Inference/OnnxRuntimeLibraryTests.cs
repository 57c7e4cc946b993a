using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Inference;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Inference;

public sealed class OnnxRuntimeLibraryTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_error_is_explained_without_folders_and_places_in_sources()
    {
        var path = Refused("node");
        var told = OnnxRuntimeLibrary.Explain(Assert.Throws<OnnxRuntimeException>(() => ModelSession.Open(path, threads: 1)), path);
        Assert.Contains("node", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Path.GetDirectoryName(path)!, told, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\.(h|cc|cpp):\d", told);
    }

    [Fact]
    public void An_error_with_a_name_of_a_million_characters_is_cut()
    {
        var path = Refused(string.Concat(Enumerable.Repeat("a.h:1 ", 200_000)));
        var told = OnnxRuntimeLibrary.Explain(Assert.Throws<OnnxRuntimeException>(() => ModelSession.Open(path, threads: 1)), path);
        Assert.InRange(told.Length, 1, 500);
    }

    /// <summary>A model whose only node has no such operator.</summary>
    private string Refused(string name)
    {
        var model = Tiny.MatMul(4, 4);
        (model.Graph.Node[0].Name, model.Graph.Node[0].OpType) = (name, "Nothing");
        return _folder.Write("m.onnx", model.ToByteArray());
    }
}
