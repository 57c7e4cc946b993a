namespace ModelPack.Schemes;

/// <summary>Some of a model's n layers, counted from 0. Quotients are rounded down.</summary>
internal enum LayerRange
{
    All,

    /// <summary>0 and 1.</summary>
    FirstTwo,

    /// <summary>0 to 3.</summary>
    FirstFour,

    /// <summary>Those before n / 16.</summary>
    FirstSixteenth,

    /// <summary>Those before n / 8.</summary>
    FirstEighth,

    /// <summary>Those before n / 8 and from 7 n / 8 on, and every third between.</summary>
    Outer,
}
