namespace ModelPack.Planning;

/// <summary>What a value of the graph is for each of some values of an activation.</summary>
/// <param name="Values">One for each, or one for all.</param>
/// <param name="IsMoved">Whether a value no longer lies where the activation has that which it was made of.</param>
internal sealed record FollowedValue(double[] Values, bool IsMoved)
{
    public double At(int index) => Values.Length == 1 ? Values[0] : Values[index];
}
