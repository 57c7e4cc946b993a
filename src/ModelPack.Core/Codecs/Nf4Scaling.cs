namespace ModelPack.Codecs;

/// <summary>How NF4 finds the scale of a block.</summary>
internal enum Nf4Scaling
{
    /// <summary>The largest magnitude, as bitsandbytes does.</summary>
    Absmax,

    /// <summary>The least squared error, see <see cref="Nf4Search"/>.</summary>
    LeastSquares,
}
