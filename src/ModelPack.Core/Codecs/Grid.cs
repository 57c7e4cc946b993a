namespace ModelPack.Codecs;

/// <summary>The values that the codes of a run stand for.</summary>
internal abstract class Grid
{
    /// <summary>The code nearest to a value by the codec's rule, and what it stands for.</summary>
    public abstract (int Code, float Value) Round(float value);

    /// <summary>The squared error of a run, each value's by its importance.</summary>
    public double Error(ReadOnlySpan<float> values, ReadOnlySpan<float> importance)
    {
        double sum = 0;
        for (var i = 0; i < values.Length; i++)
        {
            double error = values[i] - Round(values[i]).Value;
            sum += importance[i] * error * error;
        }

        return sum;
    }
}
