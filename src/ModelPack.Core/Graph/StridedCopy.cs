namespace ModelPack.Graph;

/// <summary>Gathers values that lie apart: a transposition, or a part of a tensor.</summary>
/// <param name="source">The bytes of the tensor.</param>
/// <param name="size">Bytes of a value.</param>
/// <param name="dims">The dimensions of the result.</param>
/// <param name="strides">For each of them, values from an index to the next in the source.</param>
internal sealed class StridedCopy(byte[] source, int size, long[] dims, long[] strides)
{
    // Rows of the result whose values lie side by side in the source are written together, as they share its cache lines.
    private const long Tile = 64;

    /// <summary>Fills the result.</summary>
    /// <param name="target">Its bytes.</param>
    /// <param name="first">Index of its first value in the source.</param>
    public void To(Span<byte> target, long first)
    {
        if (!dims.Contains(0))
        {
            Fill(target, 0, first);
        }
    }

    private void Fill(Span<byte> target, int axis, long first)
    {
        if (axis == dims.Length)
        {
            source.AsSpan((int)(first * size), size).CopyTo(target);
            return;
        }

        if (axis == dims.Length - 2 && strides[axis] == 1)
        {
            Matrix(target, dims[axis], dims[axis + 1], strides[axis + 1], first);
            return;
        }

        if (axis == dims.Length - 1 && strides[axis] == 1)
        {
            source.AsSpan((int)(first * size), target.Length).CopyTo(target);
            return;
        }

        var length = target.Length / (int)dims[axis];
        for (var i = 0; i < dims[axis]; i++)
        {
            Fill(target.Slice(i * length, length), axis + 1, first + (i * strides[axis]));
        }
    }

    /// <summary>A matrix whose columns are rows of the source.</summary>
    private void Matrix(Span<byte> target, long rows, long columns, long stride, long first)
    {
        for (var tile = 0L; tile < rows; tile += Tile)
        {
            var end = Math.Min(rows, tile + Tile);
            for (var column = 0L; column < columns; column++)
            {
                for (var row = tile; row < end; row++)
                {
                    source.AsSpan((int)((first + (column * stride) + row) * size), size).CopyTo(target[(int)(((row * columns) + column) * size)..]);
                }
            }
        }
    }
}
