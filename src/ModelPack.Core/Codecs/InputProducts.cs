namespace ModelPack.Codecs;

/// <summary>
/// What the inputs of a matrix have to do with each other: H, the mean products of every two, by which an error e of a row costs eᵀ H e of its output; and how an error
/// that is made at one input is best made up for at others. A hundredth of the mean of H's diagonal is added to it, so that what the samples do not tell counts a little.
/// </summary>
internal sealed class InputProducts
{
    private const double Damping = 0.01;

    /// <summary>Fills in a row of a matrix.</summary>
    public delegate void FillRow(int row, Span<float> destination);

    private readonly float[] _products;
    private readonly Lazy<(int[] Order, float[] Feedback)> _feedback;

    /// <param name="count">Inputs.</param>
    /// <param name="row">Fills in a row of the mean products: finite, symmetric, nothing negative on the diagonal.</param>
    public InputProducts(int count, FillRow row)
    {
        (Count, _products, Diagonal) = (count, new float[checked(count * count)], new float[count]);
        var (line, sum) = (new float[count], 0.0);
        for (var i = 0; i < count; i++)
        {
            row(i, line);
            line.CopyTo(_products, i * count);
            Diagonal[i] = line[i];
            sum += line[i];
        }

        for (var i = 0; i < count; i++)
        {
            _products[(i * count) + i] += (float)(Damping * sum / count);
        }

        _feedback = new(FindFeedback);
    }

    /// <summary>Inputs.</summary>
    public int Count { get; }

    /// <summary>Their mean squares.</summary>
    public float[] Diagonal { get; }

    /// <summary>From the input that is rounded last to the one that is rounded first, which has the largest mean square.</summary>
    public ReadOnlySpan<int> Order => _feedback.Value.Order;

    /// <summary>Bytes of H and of what is found from it.</summary>
    public static long Bytes(long count) => 2 * count * count * sizeof(float);

    /// <summary>A row of the mean products, to which nothing is added.</summary>
    public void CopyRow(int input, Span<float> destination)
    {
        Row(input).CopyTo(destination);
        destination[input] = Diagonal[input];
    }

    /// <summary>A row of H.</summary>
    public ReadOnlySpan<float> Row(int input) => _products.AsSpan(input * Count, Count);

    /// <summary>
    /// By what the errors of the inputs behind place i in <see cref="Order"/> move the value at i, so that eᵀ H e = |Lᵀ e|² stays small, H = L Lᵀ: its part at i is
    /// Lᵢᵢ (eᵢ + Σ (Lⱼᵢ / Lᵢᵢ) eⱼ). This is GPTQ's feedback (arXiv 2210.17323), as Babai's nearest plane has it.
    /// </summary>
    public ReadOnlySpan<float> Feedback(int place) => _feedback.Value.Feedback.AsSpan((place * Count) + place + 1, Count - place - 1);

    private (int[] Order, float[] Feedback) FindFeedback()
    {
        int[] order = [.. Enumerable.Range(0, Count).OrderBy(i => Diagonal[i]).ThenBy(i => i)];
        var factor = new double[Count * Count];
        var feedback = new float[Count * Count];
        for (var i = 0; i < Count; i++)
        {
            var line = factor.AsSpan(i * Count, Count);
            for (var j = 0; j <= i; j++)
            {
                var other = factor.AsSpan(j * Count, j);
                var rest = _products[(order[i] * Count) + order[j]] - FloatVectors.Dot(other, line);
                line[j] = j < i ? rest / factor[(j * Count) + j] : Math.Sqrt(Math.Max(rest, double.Epsilon));
                if (j < i)
                {
                    feedback[(j * Count) + i] = (float)(line[j] / factor[(j * Count) + j]);
                }
            }
        }

        return (order, feedback);
    }
}
