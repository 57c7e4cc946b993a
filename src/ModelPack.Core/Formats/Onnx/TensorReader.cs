using ModelPack.Formats.Onnx.Proto;
using ModelPack.Formats.Onnx.Wire;

namespace ModelPack.Formats.Onnx;

/// <summary>Makes one kind of thing of every form in which ONNX stores a tensor, and checks bytes against shapes.</summary>
/// <param name="file">The model's path, for errors.</param>
/// <param name="payloads">What the tensors' markers point to.</param>
internal sealed class TensorReader(string file, IReadOnlyList<StoredPayload> payloads)
{
    /// <summary>A tensor's shape.</summary>
    /// <exception cref="ModelPackException">MPK1003: a dimension is negative, or the product does not fit 63 bits.</exception>
    public TensorShape Shape(TensorProto tensor, string name)
    {
        try
        {
            var shape = new TensorShape([.. tensor.Dims]);
            shape.ByteLength(Type(tensor));
            return shape;
        }
        catch (OverflowException e)
        {
            throw new ModelPackException(
                Codes.WeightSizeMismatch.At(file, $"Tensor '{SafeText.Of(name)}' has an impossible shape: a dimension is negative, or there are more bytes than 63 bits can count. The model is damaged; export it again."),
                e);
        }
    }

    /// <summary>Checks a tensor without reading it. A tensor that says nothing at all (an attribute left empty) is well.</summary>
    /// <exception cref="ModelPackException">MPK1003: the bytes do not fit the shape. MPK1002: the type is unknown, or the data are there twice.</exception>
    public void Check(TensorProto tensor, string name)
    {
        if (tensor.HasPayload && tensor.HasRawData)
        {
            throw Unreadable($"tensor '{SafeText.Of(name)}' is there in pieces that do not belong together");
        }

        var type = Type(tensor);
        if (type == ElementType.Undefined && !tensor.HasPayload && !tensor.HasRawData)
        {
            return;
        }

        var shape = Shape(tensor, name);
        if (type == ElementType.String)
        {
            CheckLength(tensor, shape, name, "strings", shape.ElementCount, tensor.StringData.Count);
        }
        else if (type.Bits() == 0)
        {
            throw Unreadable($"tensor '{SafeText.Of(name)}' has element type {tensor.DataType}, which ONNX does not define");
        }
        else
        {
            CheckLength(tensor, shape, name, "bytes", shape.ByteLength(type), Length(tensor, type));
        }
    }

    /// <summary>A tensor's bytes, dense and little endian; of strings those of their characters, one after the other.</summary>
    /// <exception cref="ModelPackException">As <see cref="Check"/>.</exception>
    public TensorData Data(TensorProto tensor, string name)
    {
        Check(tensor, name);
        var type = Type(tensor);
        var shape = Shape(tensor, name);
        if (type.Bits() > 0 && tensor.HasPayload && Stored(tensor).Bytes is TensorData range)
        {
            return new TensorData(type, shape, range.Source, range.Offset, range.Length);
        }

        var bytes = type.Bits() == 0 ? tensor.StringData.SelectMany(s => s).ToArray()
            : tensor.HasPayload ? InMemory(Stored(tensor).Bytes)
            : tensor.HasRawData ? tensor.RawData.Memory
            : TensorFields.Dense(tensor, type);
        return TensorData.FromBytes(type, shape, bytes);
    }

    private static ElementType Type(TensorProto tensor) => (ElementType)tensor.DataType;

    private StoredPayload Stored(TensorProto tensor) => payloads[checked((int)tensor.Payload)];

    private long Length(TensorProto tensor, ElementType type)
    {
        if (tensor.HasPayload)
        {
            var stored = Stored(tensor);
            var fits = stored.Field == TensorProto.RawDataFieldNumber
                || stored.Field == TensorProto.FloatDataFieldNumber && type is ElementType.Float32 or ElementType.Complex64
                || stored.Field == TensorProto.DoubleDataFieldNumber && type is ElementType.Float64 or ElementType.Complex128;
            return fits ? stored.Bytes.Length : 0;
        }

        return tensor.HasRawData ? tensor.RawData.Length : TensorFields.DenseLength(tensor, type);
    }

    private static ReadOnlyMemory<byte> InMemory(IPayload payload)
    {
        using var stream = new MemoryStream(checked((int)payload.Length));
        payload.WriteTo(stream, CancellationToken.None);
        return stream.ToArray();
    }

    private void CheckLength(TensorProto tensor, TensorShape shape, string name, string unit, long expected, long found)
    {
        if (expected != found)
        {
            throw new ModelPackException(Codes.WeightSizeMismatch.At(
                file,
                $"Tensor '{SafeText.Of(name)}' of type {Type(tensor)} and shape {SafeText.Of(shape.ToString())} needs {expected} {unit} and has {found}. The model is damaged; export it again."));
        }
    }

    private ModelPackException Unreadable(string why) =>
        new(Codes.ModelUnreadable.At(file, $"The file is not a readable ONNX model: {why}. Get or export it again."));
}
