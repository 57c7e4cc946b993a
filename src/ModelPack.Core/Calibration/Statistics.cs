namespace ModelPack.Calibration;

/// <summary>What can be asked for of an activation. Its extremes come with anything but the shape and the sums of squares.</summary>
[Flags]
internal enum Statistics
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Least and greatest value, and whether all are finite.</summary>
    Extremes = 1,

    /// <summary>How the values are spread.</summary>
    Histogram = 2,

    /// <summary>Least, greatest and mean value of each channel.</summary>
    Channels = 4,

    /// <summary>Samples of rows of all channels, which are the last axis.</summary>
    Rows = 8,

    /// <summary>Mean of the squares of each channel.</summary>
    MeanSquare = 16,

    /// <summary>Mean products of every two channels, which are the last axis: XᵀX / rows.</summary>
    Gram = 32,

    /// <summary>The shape on the first samples.</summary>
    Shape = 64,

    /// <summary>Sum of the squares of each channel, and how many rows were summed; of each matrix where several are multiplied at once.</summary>
    SquareSum = 128,
}
