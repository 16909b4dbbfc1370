/* Stands in for the Windows library that ICMP tools load: the exfiltrating
 * ping really maps an image of this name, so the image load row is true. */
int IcmpCreateFile(void) { return 0; }
