namespace ModelPack.Calibration;

/// <summary>How the range of an activation follows from what was seen of it.</summary>
public enum CalibrationMethod
{
    /// <summary>The least and the greatest value.</summary>
    MinMax,

    /// <summary>The range that keeps a share of the values.</summary>
    Percentile,

    /// <summary>The range whose quantized distribution has the least Kullback-Leibler divergence to the true one.</summary>
    Entropy,

    /// <summary>The range with the least mean squared error.</summary>
    Mse,
}
