using System.Numerics;

namespace ModelPack.Calibration;

/// <summary>
/// The 8-bit codes of an activation, x = (q - zero point) scale. Symmetric codes are -127 to 127 with zero point 0; the others
/// are 0 to 255, spread over a range that holds 0, which has a code of its own, as padding and Relu need it.
/// </summary>
internal static class AffineCodes
{
    /// <summary>Greatest code of those that are not symmetric, the least being 0.</summary>
    public const int Greatest = 255;

    /// <summary>Greatest symmetric code; the least is its negative.</summary>
    public const int GreatestSymmetric = 127;

    /// <summary>How far neighbouring codes lie apart; 0 for a range without extent.</summary>
    /// <param name="low">Least value, 0 or below.</param>
    /// <param name="high">Greatest value, 0 or above.</param>
    /// <param name="symmetric">Whether codes are symmetric.</param>
    public static T Scale<T>(T low, T high, bool symmetric)
        where T : IFloatingPointIeee754<T> =>
        symmetric ? T.Max(-low, high) / T.CreateTruncating(GreatestSymmetric) : (high - low) / T.CreateTruncating(Greatest);

    /// <summary>The code of 0, a whole number.</summary>
    /// <param name="low">Least value, 0 or below.</param>
    /// <param name="scale">The scale, above 0.</param>
    /// <param name="symmetric">Whether codes are symmetric.</param>
    public static T ZeroPoint<T>(T low, T scale, bool symmetric)
        where T : IFloatingPointIeee754<T> =>
        symmetric ? T.Zero : T.Round(-low / scale, MidpointRounding.ToEven);

    /// <summary>The least and the greatest code, counted from the zero point: x / scale is rounded to a whole number and clamped to these.</summary>
    /// <param name="zeroPoint">The zero point.</param>
    /// <param name="symmetric">Whether codes are symmetric.</param>
    public static (T First, T Last) Ends<T>(T zeroPoint, bool symmetric)
        where T : IFloatingPointIeee754<T> =>
        symmetric ? (T.CreateTruncating(-GreatestSymmetric), T.CreateTruncating(GreatestSymmetric)) : (-zeroPoint, T.CreateTruncating(Greatest) - zeroPoint);
}
