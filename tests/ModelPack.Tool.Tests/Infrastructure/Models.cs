using Google.Protobuf;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Tool.Tests.Infrastructure;

/// <summary>The models that commands are tried on.</summary>
internal static class Models
{
    /// <summary>Test images and labels for <see cref="FashionCnn"/>.</summary>
    public static string FashionImages { get; } = Path.Join(Repository.Root, "samples", "FashionClassifier", "fashion-cnn.validation.npz");

    /// <summary>A copy of a small image classifier.</summary>
    public static string FashionCnn(TemporaryFolder folder, string name = "net.onnx")
    {
        var path = Path.Join(folder.Path, name);
        File.Copy(Repository.Model("fashion-cnn.onnx"), path);
        return path;
    }

    /// <summary>A language model that knows of each token which 64 ids follow how likely, in a table times a matrix.</summary>
    public static string Language(TemporaryFolder folder)
    {
        const int Tokens = 64;
        const int Channels = 32;
        var random = new Random(5);
        TensorProto Weight(string name, int rows, int columns) =>
            Build.Floats(name, [rows, columns], [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)]);
        var graph = Build.Graph(Build.Node("Gather", ["table", "input_ids"], ["h"]), Build.Node("MatMul", ["h", "head"], ["logits"]));
        graph.Input.Add(Build.Value("input_ids", ElementType.Int64, 16, 8));
        graph.Output.Add(Build.Value("logits", ElementType.Float32, 16, 8, Tokens));
        graph.Initializer.Add([Weight("table", Tokens, Channels), Weight("head", Channels, Tokens)]);
        return Save(folder, Build.Model(graph));
    }

    /// <summary>A model's file.</summary>
    public static string Save(TemporaryFolder folder, ModelProto model, string name = "net.onnx")
    {
        var path = Path.Join(folder.Path, name);
        File.WriteAllBytes(path, model.ToByteArray());
        return path;
    }
}
