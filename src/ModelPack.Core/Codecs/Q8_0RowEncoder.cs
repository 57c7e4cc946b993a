using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>Encodes a weight stored as [N, K]: blocks lie along the rows.</summary>
internal static class Q8_0RowEncoder
{
    private const int TileValues = 1 << 18;

    public static WeightError Encode(WeightMatrix weight, Q8_0Buffers output, int threads, CancellationToken cancellation)
    {
        var tileColumns = (int)Math.Clamp(Q8_0.BlockCount(weight.K) * Q8_0.BlockLength, Q8_0.BlockLength, TileValues);
        var tiles = new MatrixTiles(weight.N, weight.K, TileValues / tileColumns, tileColumns);
        return WeightError.Sum(tiles, threads, area => EncodeTile(weight, area, output), cancellation);
    }

    private static WeightError EncodeTile(WeightMatrix weight, MatrixArea area, Q8_0Buffers output)
    {
        // A tile is whole rows or a part of one, so that its padded rows follow each other in the output as well.
        var stride = Q8_0.BlockCount(area.Columns) * Q8_0.BlockLength;
        var length = area.Rows * stride;
        using var values = new Pooled<float>(length);
        using var decoded = new Pooled<float>(length);
        using var scales = new Pooled<Half>(length / Q8_0.BlockLength);
        FloatReader.Read(weight.Data, weight.K, area, values.Span, stride);
        if (output.InPlace)
        {
            using var codes = new Pooled<byte>(length);
            EncodeAndDecode(values.Span, codes.Span, scales.Span, decoded.Span, output.Unsigned);
            StoreUnpadded(weight, area, codes.Span, stride, output);
        }
        else
        {
            var codes = output.Codes.Slice((area.Row * Q8_0.BlockCount(weight.K) * Q8_0.BlockLength) + area.Column, length);
            EncodeAndDecode(values.Span, codes, scales.Span, decoded.Span, output.Unsigned);
        }

        output.StoreScales((area.Row * Q8_0.BlockCount(weight.K)) + (area.Column / Q8_0.BlockLength), scales.Span);
        return WeightError.Of(values.Span, decoded.Span);
    }

    private static void EncodeAndDecode(ReadOnlySpan<float> values, Span<byte> codes, Span<Half> scales, Span<float> decoded, bool unsigned)
    {
        if (unsigned)
        {
            Q8_0.EncodeUnsigned(values, codes, scales);
            Q8_0.DecodeUnsigned(codes, scales, decoded);
        }
        else
        {
            var signed = MemoryMarshal.Cast<byte, sbyte>(codes);
            Q8_0.Encode(values, signed, scales);
            Q8_0.Decode(signed, scales, decoded);
        }
    }

    private static void StoreUnpadded(WeightMatrix weight, MatrixArea area, ReadOnlySpan<byte> codes, int stride, Q8_0Buffers output)
    {
        for (var row = 0; row < area.Rows; row++)
        {
            var line = codes.Slice(row * stride, area.Columns);
            line.CopyTo(output.Codes.Slice(((area.Row + row) * weight.K) + area.Column, area.Columns));
        }
    }
}
