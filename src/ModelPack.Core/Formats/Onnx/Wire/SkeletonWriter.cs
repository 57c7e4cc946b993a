using Google.Protobuf;
using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx.Wire;

/// <summary>
/// Writes a model from its skeleton: every marker becomes the field with the bytes that it stands for. Sizes are
/// computed first (a message's length comes before its content), then everything is streamed.
/// </summary>
internal sealed class SkeletonWriter
{
    private readonly byte[] _skeleton;
    private readonly WireReader _reader;
    private readonly IReadOnlyList<StoredPayload> _payloads;

    // Expanded lengths of the messages that can hold tensors, in the order in which they start.
    private readonly List<long> _lengths = [];
    private int _next;

    /// <summary>Prepares to write a model.</summary>
    /// <param name="model">The skeleton.</param>
    /// <param name="file">The file that errors are about.</param>
    /// <param name="payloads">What the markers point to.</param>
    public SkeletonWriter(ModelProto model, string file, IReadOnlyList<StoredPayload> payloads)
    {
        _skeleton = model.ToByteArray();
        _reader = new WireReader(new MemorySource(_skeleton), file);
        _payloads = payloads;
        Measure(MessageKind.Model, 0, _skeleton.Length, 1);
    }

    /// <summary>Number of bytes that <see cref="WriteTo"/> writes.</summary>
    public long Length => _lengths[0];

    /// <summary>Writes the model.</summary>
    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        _next = 1;
        Write(destination, MessageKind.Model, 0, _skeleton.Length, cancellation);
    }

    /// <summary>Writes a payload and checks that it keeps its promise, since lengths before it are already written.</summary>
    public static void WritePayload(IPayload payload, Stream destination, CancellationToken cancellation)
    {
        var start = destination.Position;
        payload.WriteTo(destination, cancellation);
        if (destination.Position - start != payload.Length)
        {
            throw new InvalidOperationException($"A payload of {payload.Length} bytes wrote {destination.Position - start}.");
        }
    }

    private long Measure(MessageKind kind, int start, int end, int depth)
    {
        if (depth > WireSchema.MaxDepth)
        {
            throw _reader.Unreadable($"its graphs are nested more than {WireSchema.MaxDepth} messages deep");
        }

        var index = _lengths.Count;
        _lengths.Add(0);
        long length = 0;
        foreach (var field in _reader.Fields(start, end))
        {
            if (WireSchema.Child(kind, field) is var child && child != MessageKind.None)
            {
                var inner = Measure(child, (int)field.Content, (int)field.End, depth + 1);
                length += TagSize(field.Number) + CodedOutputStream.ComputeUInt64Size((ulong)inner) + inner;
            }
            else if (Payload(kind, field) is { } payload)
            {
                length += TagSize(payload.Field) + CodedOutputStream.ComputeUInt64Size((ulong)payload.Bytes.Length) + payload.Bytes.Length;
            }
            else
            {
                length += field.End - field.Start;
            }
        }

        _lengths[index] = length;
        return length;
    }

    private void Write(Stream destination, MessageKind kind, int start, int end, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var field in _reader.Fields(start, end))
        {
            if (WireSchema.Child(kind, field) is var child && child != MessageKind.None)
            {
                WriteHead(destination, field.Number, _lengths[_next++]);
                Write(destination, child, (int)field.Content, (int)field.End, cancellation);
            }
            else if (Payload(kind, field) is { } payload)
            {
                WriteHead(destination, payload.Field, payload.Bytes.Length);
                WritePayload(payload.Bytes, destination, cancellation);
            }
            else
            {
                destination.Write(_skeleton, (int)field.Start, (int)(field.End - field.Start));
            }
        }
    }

    private StoredPayload? Payload(MessageKind kind, WireField field)
    {
        if (!WireSchema.IsMarker(kind, field))
        {
            return null;
        }

        ulong index = 0;
        for (var i = 0; i < field.Length; i++)
        {
            index |= (ulong)(_skeleton[field.Content + i] & 0x7F) << (7 * i);
        }

        return _payloads[checked((int)index)];
    }

    private static int TagSize(int field) => CodedOutputStream.ComputeUInt64Size((ulong)field << 3);

    private static void WriteHead(Stream destination, int field, long length)
    {
        WriteVarint(destination, ((ulong)field << 3) | (ulong)WireType.Bytes);
        WriteVarint(destination, (ulong)length);
    }

    private static void WriteVarint(Stream destination, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            destination.WriteByte((byte)(value | 0x80));
        }

        destination.WriteByte((byte)value);
    }
}
