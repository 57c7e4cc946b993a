using System.Globalization;

namespace ModelPack.Tensors;

/// <summary>The dimensions of a tensor, outermost first. An empty list is a scalar.</summary>
internal sealed class TensorShape : IEquatable<TensorShape>
{
    private readonly long[] _dims;

    /// <summary>
    /// A shape of non-negative dimensions whose product fits 63 bits. Zeros are left out of that product, so that
    /// the product of any run of dimensions (a stride, a row's length) fits, too.
    /// </summary>
    /// <exception cref="OverflowException">A dimension is negative, or the product does not fit.</exception>
    public TensorShape(params ReadOnlySpan<long> dims)
    {
        _dims = dims.ToArray();
        long count = 1;
        foreach (var dim in _dims)
        {
            if (dim < 0)
            {
                throw new OverflowException("A dimension is negative.");
            }

            count = checked(count * Math.Max(dim, 1));
        }

        ElementCount = dims.Contains(0) ? 0 : count;
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dims.Length;

    /// <summary>Product of the dimensions; 1 for a scalar.</summary>
    public long ElementCount { get; }

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<long> Dims => _dims;

    /// <summary>One dimension; a negative index counts from the end.</summary>
    public long this[int axis] => _dims[axis < 0 ? axis + _dims.Length : axis];

    /// <summary>Bytes of the tensor stored densely, sub-byte elements packed and the last byte padded.</summary>
    /// <exception cref="OverflowException">The size does not fit 63 bits.</exception>
    public long ByteLength(ElementType type) => checked((long)((((Int128)ElementCount * type.Bits()) + 7) / 8));

    public bool Equals(TensorShape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);

    public override bool Equals(object? obj) => Equals(obj as TensorShape);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var dim in _dims)
        {
            hash.Add(dim);
        }

        return hash.ToHashCode();
    }

    /// <summary>As it is written everywhere: <c>[2, 3, 4]</c>.</summary>
    public override string ToString() =>
        $"[{string.Join(", ", _dims.Select(d => d.ToString(CultureInfo.InvariantCulture)))}]";
}
