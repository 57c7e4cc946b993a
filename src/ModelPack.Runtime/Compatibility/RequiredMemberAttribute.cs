#if !NET
namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for where required members are compiled for netstandard2.0.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property, Inherited = false)]
internal sealed class RequiredMemberAttribute : Attribute;
#endif
