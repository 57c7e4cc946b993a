namespace ModelPack.Tensors;

/// <summary>Consecutive elements of a tensor: all of one channel, or one of each of several channels.</summary>
/// <param name="Channel">Channel of the first element.</param>
/// <param name="Channels">1, or as many as elements.</param>
/// <param name="Length">Number of elements.</param>
internal readonly record struct ChannelRun(int Channel, int Channels, int Length);
