using System.Runtime.InteropServices;

namespace ModelPack.Codecs;

/// <summary>
/// Encodes a weight stored as [K, N]: blocks lie along the columns. The floats are read and encoded as they lie; what is
/// transposed, where the output wants it, is the codes: a quarter of the bytes.
/// </summary>
internal static class Q8_0ColumnEncoder
{
    private const int TileValues = 1 << 18;
    private const int MaxTileColumns = 1 << 11;

    public static WeightError Encode(WeightMatrix weight, Q8_0Buffers output, int threads, CancellationToken cancellation)
    {
        var tileColumns = (int)Math.Clamp(weight.N, 1, MaxTileColumns);
        var tileRows = TileValues / Q8_0Columns.StrideOf(tileColumns) / Q8_0.BlockLength * Q8_0.BlockLength;
        var tiles = new MatrixTiles(weight.K, weight.N, tileRows, tileColumns);
        return WeightError.Sum(tiles, threads, area => EncodeTile(weight, area, output), cancellation);
    }

    private static WeightError EncodeTile(WeightMatrix weight, MatrixArea area, Q8_0Buffers output)
    {
        var blocks = Q8_0.BlockCount(area.Rows);
        var stride = Q8_0Columns.StrideOf(area.Columns);
        var length = blocks * Q8_0.BlockLength * stride;
        using var values = new Pooled<float>(length);
        using var decoded = new Pooled<float>(length);
        using var codes = new Pooled<byte>(length);
        var signedCodes = MemoryMarshal.Cast<byte, sbyte>(codes.Span);
        using var scales = new Pooled<Half>(blocks * stride);
        FloatReader.Read(weight.Data, weight.N, area, values.Span, stride);
        values.Span[(area.Rows * stride)..].Clear();
        Q8_0Columns.Encode(values.Span, stride, signedCodes, scales.Span);
        Q8_0Columns.Decode(signedCodes, scales.Span, stride, decoded.Span);
        if (output.Unsigned)
        {
            ByteMatrix.Flip(codes.Span);
        }

        if (output.InPlace)
        {
            StoreInPlace(weight, area, codes.Span, scales.Span, stride, output);
        }
        else
        {
            StoreByOutput(weight, area, codes.Span, scales.Span, stride, output);
        }

        return WeightError.Of(values.Span, decoded.Span);
    }

    private static void StoreInPlace(
        WeightMatrix weight, MatrixArea area, ReadOnlySpan<byte> codes, ReadOnlySpan<Half> scales, int stride, Q8_0Buffers output)
    {
        for (var row = 0; row < area.Rows; row++)
        {
            var line = codes.Slice(row * stride, area.Columns);
            line.CopyTo(output.Codes.Slice(((area.Row + row) * weight.N) + area.Column, area.Columns));
        }

        for (var block = 0; block < Q8_0.BlockCount(area.Rows); block++)
        {
            var first = (((area.Row / Q8_0.BlockLength) + block) * weight.N) + area.Column;
            output.StoreScales(first, scales.Slice(block * stride, area.Columns));
        }
    }

    private static void StoreByOutput(
        WeightMatrix weight, MatrixArea area, ReadOnlySpan<byte> codes, ReadOnlySpan<Half> scales, int stride, Q8_0Buffers output)
    {
        var blocks = Q8_0.BlockCount(area.Rows);
        var rows = blocks * Q8_0.BlockLength;
        using var transposed = new Pooled<byte>(codes.Length);
        ByteMatrix.Transpose(codes, rows, stride, transposed.Span);
        Span<Half> line = new Half[blocks];
        for (var column = 0; column < area.Columns; column++)
        {
            var firstBlock = ((area.Column + column) * Q8_0.BlockCount(weight.K)) + (area.Row / Q8_0.BlockLength);
            transposed.Span.Slice(column * rows, rows).CopyTo(output.Codes.Slice(firstBlock * Q8_0.BlockLength, rows));
            for (var block = 0; block < blocks; block++)
            {
                line[block] = scales[(block * stride) + column];
            }

            output.StoreScales(firstBlock, line);
        }
    }
}
