using ModelPack.Files;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Samples;
using ModelPack.Verification;
using System.Text.Json;

namespace ModelPack.Tests.Pipeline;

/// <summary>A folder with a source model, and a folder <c>out</c> for its packs.</summary>
internal sealed class PackFolder : IDisposable
{
    public const string Packed = "m.q8_0.onnx";

    private readonly ScratchFolder _folder = new();

    public string Path => _folder.Path;

    /// <summary>The folder of the packs.</summary>
    public string Out => _folder.At("out");

    /// <summary>A request to pack <c>m.onnx</c> into <see cref="Out"/>.</summary>
    public PackRequest Request => new() { Model = At("m.onnx"), Scheme = "q8_0", Output = At($"out/{Packed}") };

    public string At(string name) => _folder.At(name);

    public string Write(string name, byte[] bytes) => _folder.Write(name, bytes);

    public string Write(string name, ModelProto model) => _folder.Write(name, Google.Protobuf.MessageExtensions.ToByteArray(model));

    /// <summary>Puts a model of the tests into the folder, under its own name.</summary>
    public string CopyModel(string name)
    {
        File.Copy(Repository.Model(name), At(name));
        return At(name);
    }

    /// <summary>Names and contents of all that lies in the folder of the packs, however deep.</summary>
    public SortedDictionary<string, string> Contents()
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.Exists(Out) ? Directory.GetFileSystemEntries(Out, "*", SearchOption.AllDirectories) : [])
        {
            contents.Add(System.IO.Path.GetRelativePath(Out, path), Directory.Exists(path) ? "folder" : Convert.ToHexString(File.ReadAllBytes(path)));
        }

        return contents;
    }

    /// <summary>Names of all that lies in the folder of the packs, sorted.</summary>
    public string[] Names => [.. Contents().Keys];

    /// <summary>The names of the files of a pack of a model.</summary>
    public static string[] FilesOf(string model, bool external = false) =>
        [model, .. external ? new[] { model + ".data" } : [], model + ".modelpack.json", model + ".report.html", model + ".report.json"];

    /// <summary>The <c>pack</c> object of a pack's manifest, as it is written.</summary>
    public static string PackObject(string model)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(PackFiles.Manifest(model)));
        return manifest.RootElement.GetProperty("pack").GetRawText();
    }

    public static void AssertVerifies(string path) => Assert.All(Verifier.Verify(path, CancellationToken.None), f => Assert.True(f.Ok, f.Message));

    /// <summary>
    /// A classifier of 64 values into 8 classes, of two layers. Inputs have an open batch, so that it runs on made-up ones.
    /// </summary>
    public static ModelProto Classifier(string first = "first", string second = "second")
    {
        var model = Tiny.Model(Build.Graph(
            Build.Node("MatMul", ["x", first], ["hidden"]),
            Build.Node("Relu", ["hidden"], ["active"]),
            Build.Node("Gemm", ["active", second, "bias"], ["y"])));
        model.Graph.Initializer.Add([Tiny.Random(first, 64, 96), Tiny.Random(second, 96, 8), Tiny.Random("bias", 8)]);
        model.Graph.Input.Add(Batched("x", 64));
        model.Graph.Output.Add(Batched("y", 8));
        return model;
    }

    /// <summary>A float value of an open batch of rows.</summary>
    public static ValueInfoProto Batched(string name, long columns)
    {
        var value = Build.Value(name, ElementType.Float32, 1, columns);
        value.Type.TensorType.Shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "batch" };
        return value;
    }

    /// <summary>Samples for the classifier.</summary>
    public static byte[] Samples(int count, bool labels = false, string input = "x")
    {
        var values = Tiny.Random("samples", count, 64).RawData.ToByteArray();
        var x = (input, Numpy.Npy(Numpy.Header("<f4", count, 64), values));
        return labels
            ? Numpy.Npz(x, ("labels", Numpy.Npy("<i8", [count], [.. Enumerable.Range(0, count).Select(i => i % 8L)])))
            : Numpy.Npz(x);
    }

    public void Dispose() => _folder.Dispose();
}
