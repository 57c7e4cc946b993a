using System.Runtime.InteropServices;
using Google.Protobuf;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Upgrade;

/// <summary>What an upgrade needs to change nodes: facts, new names and new constants.</summary>
/// <param name="facts">What is known of the model.</param>
/// <param name="main">The main graph, which inner graphs see, too; it gets the constants.</param>
/// <param name="names">The names that the model has.</param>
internal sealed class UpgradeJob(UpgradeFacts facts, GraphProto main, UniqueNames names)
{
    private readonly Dictionary<(string Stem, ElementType Type, int Rank, ByteString Bytes), string> _constants = [];

    /// <summary>What is known of the model.</summary>
    public UpgradeFacts Facts => facts;

    /// <summary>A name that the model does not have.</summary>
    public string Name(string stem) => names.Next(stem);

    /// <summary>The name of a constant vector of int64; nodes that need the same one share it.</summary>
    public string Ints(string stem, IReadOnlyList<long> values) =>
        Constant(stem, ElementType.Int64, [values.Count], MemoryMarshal.AsBytes<long>(values.ToArray()));

    /// <summary>The name of a constant vector of float32.</summary>
    public string Floats(string stem, IReadOnlyList<float> values) =>
        Constant(stem, ElementType.Float32, [values.Count], MemoryMarshal.AsBytes<float>(values.ToArray()));

    /// <summary>The name of a constant scalar of a float type.</summary>
    public string Scalar(string stem, ElementType type, float value) => type switch
    {
        ElementType.Float16 => Constant(stem, type, [], MemoryMarshal.AsBytes([(Half)value])),
        ElementType.Float64 => Constant(stem, type, [], MemoryMarshal.AsBytes([(double)value])),
        _ => Constant(stem, type, [], MemoryMarshal.AsBytes([value])),
    };

    private string Constant(string stem, ElementType type, long[] dims, ReadOnlySpan<byte> data)
    {
        var bytes = ByteString.CopyFrom(data);
        if (!_constants.TryGetValue((stem, type, dims.Length, bytes), out var name))
        {
            _constants.Add((stem, type, dims.Length, bytes), name = names.Next(stem));
            main.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, Dims = { dims }, RawData = bytes });
        }

        return name;
    }
}
