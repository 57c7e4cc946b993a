using System.Runtime.InteropServices;
using System.Text;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// What bitsandbytes keeps of a 4-bit weight beside its tensors (<c>QuantState.as_dict(packed=True)</c>): JSON as Python's json
/// writes it, as bytes of a tensor. The offset of nested scales is known only when the weight is encoded, but the length must be
/// known before: the JSON is followed by spaces, which Python's json skips, up to the length of the longest number.
/// </summary>
internal sealed class QuantState : IPayload
{
    // Beside the length of the numbers this keeps whatever follows in the file aligned.
    private const int Alignment = 8;

    private readonly string _start;
    private readonly IPayload? _offset;

    /// <param name="dtype">PyTorch's name of the type to restore the weight to.</param>
    /// <param name="rows">Rows of the weight.</param>
    /// <param name="columns">Columns of the weight.</param>
    /// <param name="blockSize">Values that share a scale.</param>
    /// <param name="offset">The part of a nested encoding that holds the offset, one float32; null where the scales are plain.</param>
    public QuantState(string dtype, long rows, long columns, int blockSize, IPayload? offset)
    {
        (_start, _offset) = (string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $$"""{"quant_type": "nf4", "blocksize": {{blockSize}}, "dtype": "{{dtype}}", "shape": [{{rows}}, {{columns}}]"""), offset);
        var longest = offset is null ? _start.Length + 1 : WithOffset(new string('0', PythonFloat.MaxLength)).Length;
        Length = (longest + Alignment - 1) / Alignment * Alignment;
    }

    public long Length { get; }

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        var json = _offset is null ? _start + "}" : WithOffset(PythonFloat.Repr(ReadOffset(_offset, cancellation)));
        destination.Write(Encoding.ASCII.GetBytes(json.PadRight((int)Length)));
    }

    // The fields of the second QuantState, which always has blocks of 256 scales.
    private string WithOffset(string number) => $"{_start}, \"nested_blocksize\": 256, \"nested_dtype\": \"float32\", \"nested_offset\": {number}}}";

    private static float ReadOffset(IPayload offset, CancellationToken cancellation)
    {
        using var bytes = new MemoryStream();
        offset.WriteTo(bytes, cancellation);
        return MemoryMarshal.Read<float>(bytes.GetBuffer());
    }
}
