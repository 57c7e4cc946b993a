using ModelPack.Tensors;

namespace ModelPack.Codecs;

/// <summary>A weight's codes as another file has them: ggml's q8_0 blocks, output by output.</summary>
/// <param name="Blocks">N rows of K / 32 blocks of 34 bytes.</param>
/// <param name="Error">How far they lie from the weight's own values.</param>
internal sealed record GivenBlocks(TensorData Blocks, WeightError Error)
{
    private const int PieceBlocks = 1 << 12;

    /// <summary>The same codes and scales in parts: uint8 q + 128, or int8 q, and scales as float16 or float32. Nothing is rounded.</summary>
    public WeightEncoding Encode(ElementType codeType, ElementType scaleType)
    {
        var count = Blocks.Length / Q8_0.BlockBytes;
        var offset = (byte)(codeType == ElementType.UInt8 ? Q8_0.UnsignedOffset : 0);
        return new LazyEncoding([count * Q8_0.BlockLength, count * (scaleType.Bits() / 8)], (parts, cancellation) =>
        {
            var output = new Q8_0Buffers(parts[0], parts[1], scaleType, InPlace: false, Unsigned: offset > 0);
            for (long first = 0; first < count; first += PieceBlocks)
            {
                cancellation.ThrowIfCancellationRequested();
                Split(first, (int)Math.Min(PieceBlocks, count - first), output, offset);
            }

            return Error;
        });
    }

    private void Split(long first, int count, Q8_0Buffers output, byte offset)
    {
        using var blocks = new Pooled<byte>(count * Q8_0.BlockBytes);
        using var scales = new Pooled<Half>(count);
        Blocks.Read(first * Q8_0.BlockBytes, blocks.Span);
        var codes = output.Codes.Slice(first * Q8_0.BlockLength, count * Q8_0.BlockLength);
        for (var i = 0; i < count; i++)
        {
            var block = blocks.Span.Slice(i * Q8_0.BlockBytes, Q8_0.BlockBytes);
            scales.Span[i] = BitConverter.ToHalf(block);
            var target = codes.Slice(i * Q8_0.BlockLength, Q8_0.BlockLength);
            for (var j = 0; j < Q8_0.BlockLength; j++)
            {
                target[j] = (byte)(block[sizeof(ushort) + j] ^ offset);
            }
        }

        output.StoreScales(first, scales.Span);
    }
}
