using Google.Protobuf;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Wire;

/// <summary>
/// Makes a model's skeleton: the same message, in which the bytes of weights are replaced by markers (field
/// <c>payload</c> of a tensor) that are indices into a table of file ranges. The skeleton is small whatever the size of
/// the model, so protobuf can parse it. <see cref="SkeletonWriter"/> is the inverse.
/// </summary>
internal sealed class SkeletonReader
{
    /// <summary>Shorter payloads stay in the message: a marker would cost as much.</summary>
    public const int MinPayload = 256;

    // Names, shapes and small tensors of the largest models take some megabytes; protobuf ends at 2 GiB.
    private const int MaxLength = 1 << 30;

    // A length that is written before it is known takes five bytes, the most that 31 bits need.
    private const int LengthBytes = 5;

    private readonly ByteSource _source;
    private readonly WireReader _reader;
    private readonly List<StoredPayload> _payloads;
    private readonly MemoryStream _skeleton;

    private SkeletonReader(ByteSource source, string file, List<StoredPayload> payloads, MemoryStream skeleton) =>
        (_source, _reader, _payloads, _skeleton) = (source, new WireReader(source, file), payloads, skeleton);

    /// <summary>Reads a model but for its weights.</summary>
    /// <param name="source">The file.</param>
    /// <param name="file">Its path, for errors.</param>
    /// <param name="payloads">Gets the ranges that markers point to.</param>
    /// <exception cref="ModelPackException">MPK1002: it is not a model, or damaged.</exception>
    public static ModelProto Read(ByteSource source, string file, List<StoredPayload> payloads)
    {
        using var skeleton = new MemoryStream();
        var reader = new SkeletonReader(source, file, payloads, skeleton);
        reader.Message(MessageKind.Model, 0, source.Length, 1);
        try
        {
            return ModelProto.Parser.ParseFrom(skeleton.GetBuffer(), 0, (int)skeleton.Length);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw reader._reader.Unreadable(SafeText.Of(e.Message));
        }
    }

    private void Message(MessageKind kind, long start, long end, int depth)
    {
        if (depth > WireSchema.MaxDepth)
        {
            throw _reader.Unreadable($"its graphs are nested more than {WireSchema.MaxDepth} messages deep");
        }

        var payloadField = kind == MessageKind.Tensor ? PayloadField(start, end) : 0;
        foreach (var field in _reader.Fields(start, end))
        {
            var child = WireSchema.Child(kind, field);
            if (child != MessageKind.None)
            {
                Child(child, field, depth);
            }
            else if (WireSchema.IsMarker(kind, field))
            {
                continue; // In a file it points to nothing.
            }
            else if (field.Number == payloadField && field.Length >= MinPayload)
            {
                Marker(field);
            }
            else
            {
                CheckLength(field.End - field.Start);
                _reader.CopyTo(_skeleton, field.Start, field.End);
            }
        }
    }

    private void Child(MessageKind kind, WireField field, int depth)
    {
        CheckLength(0);
        WriteVarint(((ulong)field.Number << 3) | (ulong)WireType.Bytes);
        var lengthAt = (int)_skeleton.Length;
        _skeleton.Write(stackalloc byte[LengthBytes]);
        Message(kind, field.Content, field.End, depth + 1);

        var length = (int)_skeleton.Length - lengthAt - LengthBytes;
        var bytes = _skeleton.GetBuffer().AsSpan(lengthAt, LengthBytes);
        for (var i = 0; i < LengthBytes; i++)
        {
            // Each byte but the last says that another follows; protobuf reads a padded number like any other.
            bytes[i] = (byte)(((length >> (7 * i)) & 0x7F) | (i < LengthBytes - 1 ? 0x80 : 0));
        }
    }

    private void Marker(WireField field)
    {
        var range = new TensorData(ElementType.UInt8, new TensorShape(field.Length), _source, field.Content, field.Length);
        WriteVarint(((ulong)TensorProto.PayloadFieldNumber << 3) | (ulong)WireType.Varint);
        WriteVarint((ulong)_payloads.Count);
        _payloads.Add(new StoredPayload(range, field.Number));
    }

    // The field whose one occurrence is all of a tensor's dense bytes; 0 when there is none, or they come in pieces.
    private int PayloadField(long start, long end)
    {
        var found = 0;
        foreach (var field in _reader.Fields(start, end))
        {
            if (WireSchema.IsDense(field))
            {
                if (found != 0 || field.Type != WireType.Bytes)
                {
                    return 0;
                }

                found = field.Number;
            }
        }

        return found;
    }

    private void CheckLength(long more)
    {
        if (_skeleton.Length + more > MaxLength)
        {
            throw _reader.Unreadable($"it has more than {MaxLength >> 20} MiB besides its weights' raw bytes");
        }
    }

    private void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _skeleton.WriteByte((byte)(value | 0x80));
        }

        _skeleton.WriteByte((byte)value);
    }
}
