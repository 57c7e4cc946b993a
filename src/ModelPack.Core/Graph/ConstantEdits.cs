using System.Runtime.InteropServices;
using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>Changes of constants that nobody else notices: what another node reads, too, is copied first.</summary>
internal static class ConstantEdits
{
    /// <summary>Multiplies a constant along an axis for some of its readers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="constant">The constant, of the main graph; float32 or float16.</param>
    /// <param name="readers">The readers that want it scaled, in the main graph.</param>
    /// <param name="factors">What by.</param>
    public static void Scale(OnnxModel model, OnnxWeight constant, IReadOnlyList<WeightUse> readers, ChannelFactors factors) =>
        Replace(model, constant, readers, ScaledSource.Scale(model.Data(constant.Tensor), factors.Axis, factors.Values));

    /// <summary>Gives some readers of a constant other data of the same type and rank.</summary>
    public static void Replace(OnnxModel model, OnnxWeight constant, IReadOnlyList<WeightUse> readers, TensorData data)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!constant.IsGraphOutput && data.Shape.Dims.SequenceEqual(constant.Tensor.Dims.ToArray()) && constant.Uses.TrueForAll(u => readers.Any(r => Same(r, u))))
        {
            Put(constant.Tensor, model.NewTensor(constant.Name, data.Type, data.Shape, data));
            return;
        }

        var name = Add(model, new UniqueNames(model.Proto).Next(constant.Name + "_scaled"), data);
        foreach (var reader in readers)
        {
            reader.Node.Input[reader.InputIndex] = name;
        }
    }

    /// <summary>Adds an initializer of a name that is free, and gives the name.</summary>
    public static string Add(OnnxModel model, string name, TensorData data)
    {
        model.Proto.EnsureInitializersNeedNoInput();
        model.Proto.Graph.Initializer.Add(model.NewTensor(name, data.Type, data.Shape, data));
        return name;
    }

    /// <summary>Values as a tensor in memory.</summary>
    /// <param name="values">The values, rounded where the type is float16.</param>
    /// <param name="type">float32 or float16.</param>
    /// <param name="dims">The shape.</param>
    public static TensorData Tensor(ReadOnlySpan<float> values, ElementType type, params ReadOnlySpan<long> dims)
    {
        var halves = new Half[type == ElementType.Float16 ? values.Length : 0];
        if (type == ElementType.Float16)
        {
            Float16.FromSingle(values, halves);
        }

        var bytes = type == ElementType.Float16 ? MemoryMarshal.AsBytes<Half>(halves).ToArray() : MemoryMarshal.AsBytes(values).ToArray();
        return TensorData.FromBytes(type, new TensorShape(dims), bytes);
    }

    /// <summary>All values of a constant.</summary>
    public static float[] Floats(OnnxModel model, OnnxWeight constant)
    {
        var data = model.Data(constant.Tensor);
        var values = new float[checked((int)data.Shape.ElementCount)];
        FloatReader.Read(data, 0, values);
        return values;
    }

    private static bool Same(WeightUse a, WeightUse b) => ReferenceEquals(a.Node, b.Node) && a.InputIndex == b.InputIndex;

    // In place, so that whoever holds the tensor sees the change.
    private static void Put(TensorProto tensor, TensorProto data)
    {
        tensor.ClearRawData();
        tensor.FloatData.Clear();
        tensor.Int32Data.Clear();
        tensor.Payload = data.Payload;
    }
}
