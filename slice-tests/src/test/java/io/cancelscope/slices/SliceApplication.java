package io.cancelscope.slices;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The application whose slices are tested.
 */
@SpringBootApplication(proxyBeanMethods = false)
class SliceApplication {

}
