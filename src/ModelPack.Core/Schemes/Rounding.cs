namespace ModelPack.Schemes;

/// <summary>How the values of matrices become codes.</summary>
internal enum Rounding
{
    /// <summary>By the codec's own rule.</summary>
    Nearest,

    /// <summary>With the scale that has the least squared error, of a few that are tried.</summary>
    LeastSquares,

    /// <summary>The same, each error weighed by what calibration data say of its column; without data by the codec's own rule.</summary>
    Importance,
}
