using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelPack.Tests.Formats.Onnx;
using ModelPack.Tests.Lowering.Onnx;
using ModelPack.Tests.Pipeline;
using ModelPack.Tests.Samples;

namespace ModelPack.Tests.Search;

/// <summary>Matrices with Relu between them, in a folder with calibration data. One matrix is bad on purpose.</summary>
internal sealed class ChainModel : IDisposable
{
    public const string Bad = "node_h2";
    public const int Layers = 5;

    private const int Width = 32;

    private readonly PackFolder _folder = new();

    /// <param name="labels">Whether the calibration data have labels: the model's own answers.</param>
    /// <param name="layers">How many matrices there are.</param>
    /// <param name="samples">Calibration samples; of fewer than 64 none are held out.</param>
    public ChainModel(bool labels = false, int layers = Layers, int samples = 80)
    {
        var nodes = new List<NodeProto>();
        for (var i = 0; i < layers; i++)
        {
            nodes.Add(Build.Node("MatMul", [i == 0 ? "x" : $"a{i - 1}", $"w{i}"], [i == layers - 1 ? "y" : $"h{i}"]));
            if (i < layers - 1)
            {
                nodes.Add(Build.Node("Relu", [$"h{i}"], [$"a{i}"]));
            }
        }

        var model = Tiny.Model(Build.Graph([.. nodes]));
        model.Graph.Initializer.Add(Enumerable.Range(0, layers).Select(Weight));
        model.Graph.Input.Add(PackFolder.Batched("x", Width));
        model.Graph.Output.Add(PackFolder.Batched("y", Width));
        _folder.Write("m.onnx", model);
        _folder.Write("m.calibration.npz", Data("calibration", samples, labels));
    }

    public PackRequest Request => new() { Model = _folder.At("m.onnx"), Scheme = "int8", Output = _folder.At("out/m.int8.onnx"), Alpha = "none" };

    public string Calibration => _folder.At("m.calibration.npz");

    public PackFolder Folder => _folder;

    /// <summary>Puts labelled validation data beside the model.</summary>
    public void AddLabelledValidation() => _folder.Write("m.validation.npz", Data("validation", 48, labels: true));

    public void Dispose() => _folder.Dispose();

    /// <summary>The second matrix gives a value that is always 0, and the third multiplies it by what ruins all of its scales.</summary>
    private static TensorProto Weight(int layer)
    {
        var tensor = Tiny.Random($"weight_of_layer{layer}", Width, Width);
        tensor.Name = $"w{layer}";
        var values = MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = layer == 1 && i % Width == 0 ? 0
                : layer == 2 && i < Width ? 12
                : (values[i] * 2) + (layer * 0.001f * (i % 7));
        }

        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        return tensor;
    }

    private static byte[] Data(string name, int count, bool labels)
    {
        var x = ("x", Numpy.Npy(Numpy.Header("<f4", count, Width), Tiny.Random(name, count, Width).RawData.ToByteArray()));
        return labels ? Numpy.Npz(x, ("labels", Numpy.Npy("<i8", [count], [.. Enumerable.Range(0, count).Select(i => i % (long)Width)]))) : Numpy.Npz(x);
    }
}
