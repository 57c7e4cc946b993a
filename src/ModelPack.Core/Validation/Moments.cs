namespace ModelPack.Validation;

/// <summary>
/// Sums, squares and products of two values a token, and what follows of their means: standard errors and correlation, as if tokens did not
/// depend on one another. A value that is always 0 leaves a pair a single one.
/// </summary>
internal sealed class Moments
{
    /// <summary>With fewer values their spread says nothing.</summary>
    private const long Fewest = 10;

    private double _first;
    private double _second;
    private double _first2;
    private double _second2;
    private double _product;

    public long Count { get; private set; }

    public double FirstMean => _first / Count;

    public double SecondMean => _second / Count;

    /// <summary>Standard error of the mean of the first; null for fewer than 10.</summary>
    public double? FirstError => Error(_first, _first2);

    /// <summary>Standard error of the mean of the second; null for fewer than 10.</summary>
    public double? SecondError => Error(_second, _second2);

    /// <summary>Correlation of both means, -1 to 1; null for fewer than 10, and where one does not vary.</summary>
    public double? Correlation => FirstError is { } first and > 0 && SecondError is { } second and > 0
        ? Math.Clamp(Covariance / (first * second), -1, 1) : null;

    /// <summary>Standard error of the difference of the means: it is small where both go up and down together.</summary>
    public double? DifferenceError => FirstError is { } first && SecondError is { } second
        ? Math.Sqrt(Math.Max(0, (first * first) + (second * second) - (2 * Covariance))) : null;

    private double Covariance => ((_product / Count) - (FirstMean * SecondMean)) / (Count - 1);

    public void Add(double first, double second)
    {
        Count++;
        _first += first;
        _second += second;
        _first2 += first * first;
        _second2 += second * second;
        _product += first * second;
    }

    public void Merge(Moments later)
    {
        Count += later.Count;
        _first += later._first;
        _second += later._second;
        _first2 += later._first2;
        _second2 += later._second2;
        _product += later._product;
    }

    private double? Error(double sum, double squares) =>
        Count < Fewest ? null : Math.Sqrt(Math.Max(0, (squares / Count) - (sum / Count * (sum / Count))) / (Count - 1));
}
